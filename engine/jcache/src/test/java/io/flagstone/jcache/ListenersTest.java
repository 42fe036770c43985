// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.Setting;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.cache.Cache;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.configuration.Factory;
import javax.cache.configuration.MutableCacheEntryListenerConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.CacheEntryEventFilter;
import javax.cache.event.CacheEntryExpiredListener;
import javax.cache.event.CacheEntryListener;
import javax.cache.event.CacheEntryListenerException;
import javax.cache.event.CacheEntryRemovedListener;
import javax.cache.event.CacheEntryUpdatedListener;
import javax.cache.expiry.CreatedExpiryPolicy;
import javax.cache.expiry.Duration;
import org.junit.jupiter.api.Test;

/** Tests that no event or operation is lost if a listener throws or its executor fails. */
class ListenersTest extends CacheFixture {
    /** A listener of all events. */
    private interface All
            extends CacheEntryCreatedListener<String, String>,
                    CacheEntryUpdatedListener<String, String>,
                    CacheEntryRemovedListener<String, String>,
                    CacheEntryExpiredListener<String, String> {
        void told(CacheEntryEvent<? extends String, ? extends String> event);

        @Override
        default void onCreated(Iterable<CacheEntryEvent<? extends String, ? extends String>> all) {
            all.forEach(this::told);
        }

        @Override
        default void onUpdated(Iterable<CacheEntryEvent<? extends String, ? extends String>> all) {
            all.forEach(this::told);
        }

        @Override
        default void onRemoved(Iterable<CacheEntryEvent<? extends String, ? extends String>> all) {
            all.forEach(this::told);
        }

        @Override
        default void onExpired(Iterable<CacheEntryEvent<? extends String, ? extends String>> all) {
            all.forEach(this::told);
        }
    }

    private static CacheEntryListenerConfiguration<String, String> synchronous(
            CacheEntryListener<String, String> listener) {
        return new MutableCacheEntryListenerConfiguration<>(() -> listener, null, true, true);
    }

    private static CacheEntryListenerConfiguration<String, String> asynchronous(
            CacheEntryListener<String, String> listener) {
        return new MutableCacheEntryListenerConfiguration<>(() -> listener, null, true, false);
    }

    @Test
    void aSynchronousListenersExceptionComesAfterTheOperation() {
        for (final Throwable failure : List.of(new IllegalStateException("e"), new Error("e"))) {
            final FlagstoneConfiguration<String, String> configuration = configuration();
            configuration.setStatisticsEnabled(true);
            final Cache<String, String> cache = open(configuration);
            final List<String> told = new ArrayList<>();
            final AtomicInteger failing = new AtomicInteger();
            cache.registerCacheEntryListener(
                    synchronous(
                            (All)
                                    event -> {
                                        failing.incrementAndGet();
                                        throw io.flagstone.testing.TestSupport.sneak(failure);
                                    }));
            cache.registerCacheEntryListener(
                    synchronous((All) event -> told.add(event.getEventType().toString())));
            final List<Runnable> operations =
                    List.of(
                            () -> cache.put("a", "1"),
                            () -> cache.put("a", "2"),
                            () -> cache.getAndPut("a", "3"),
                            () -> cache.putAll(Map.of("b", "1", "c", "1")),
                            () -> cache.remove("a"),
                            () -> cache.removeAll(Set.of("b", "c")));
            for (final Runnable operation : operations) {
                assertThatThrownBy(operation::run)
                        .isInstanceOf(CacheEntryListenerException.class)
                        .hasRootCause(failure);
            }
            assertThat(told)
                    .as("the other listener")
                    .containsExactly(
                            "CREATED", "UPDATED", "UPDATED", "CREATED", "CREATED", "REMOVED",
                            "REMOVED", "REMOVED");
            assertThat(failing).as("notified of every event").hasValue(8);
            assertThat(engine(cache).size()).isZero();
            assertThat(statistic(cache, "CachePuts")).isEqualTo(5L);
            assertThat(statistic(cache, "CacheRemovals")).isEqualTo(3L);
        }
    }

    @Test
    void aListenersExceptionKeepsCacheAndStoreEqual() {
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        cache.registerCacheEntryListener(
                synchronous(
                        (All)
                                event -> {
                                    throw new IllegalStateException("test");
                                }));
        assertThatThrownBy(() -> cache.put("a", "1")).isInstanceOf(Exception.class);
        assertThat(cache.containsKey("a")).isTrue();
        assertThatThrownBy(() -> cache.putAll(Map.of("a", "2", "b", "2")))
                .isInstanceOf(CacheEntryListenerException.class);
        assertThat(cache.getAll(Set.of("a", "b"))).isEqualTo(store.data);
        assertThat(engine(cache).size()).isEqualTo(2);
    }

    /** Puts 100 keys and returns the keys that an asynchronous listener has received by then. */
    private List<String> told(Executor executor, Consumer<String> listener) {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.executor(executor);
        final Cache<String, String> cache = open(configuration);
        final List<String> told = Collections.synchronizedList(new ArrayList<>());
        cache.registerCacheEntryListener(
                asynchronous(
                        (All)
                                event -> {
                                    told.add(event.getKey());
                                    listener.accept(event.getKey());
                                }));
        for (int i = 0; i < 100; i++) {
            cache.put("k" + i, "v");
        }
        return told;
    }

    private static final Consumer<String> CALM = key -> {};

    private static List<String> keys(int from, int to) {
        final List<String> keys = new ArrayList<>();
        for (int i = from; i < to; i++) {
            keys.add("k" + i);
        }
        return keys;
    }

    @Test
    void anErrorOfAnAsynchronousListenerLosesNoOtherEvent() {
        final Consumer<String> failing =
                key -> {
                    if (key.equals("k0")) {
                        throw new AssertionError("test");
                    }
                };
        assertThat(told(Runnable::run, failing)).isEqualTo(keys(0, 100));
        assertThat(logged("an asynchronous listener failed")).isEqualTo(1);
    }

    @Test
    void theCallerNotifiesIfTheExecutorRejects() {
        for (final Throwable refusal : List.of(new RejectedExecutionException(), new Error())) {
            assertThat(
                            told(
                                    task -> {
                                        throw io.flagstone.testing.TestSupport.sneak(refusal);
                                    },
                                    CALM))
                    .isEqualTo(keys(0, 100));
        }
    }

    @Test
    void aDroppedTaskDelaysEventsButLosesNone() {
        final AtomicInteger tasks = new AtomicInteger();
        assertThat(
                        told(
                                task -> {
                                    if (tasks.incrementAndGet() > 3) {
                                        task.run();
                                    }
                                },
                                CALM))
                .isEqualTo(keys(0, 100));
    }

    @Test
    void anExecutorThatDropsAllTasksDoesNotFillTheHeap() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.executor(task -> {});
        final Cache<String, String> cache = open(configuration);
        final AtomicInteger told = new AtomicInteger();
        cache.registerCacheEntryListener(asynchronous((All) event -> told.incrementAndGet()));
        for (int i = 0; i < 2 * Registration.MAX_WAITING; i++) {
            cache.put("a", "" + i);
        }
        assertThat(told.get()).isGreaterThanOrEqualTo(Registration.MAX_WAITING);
    }

    /** The same thread notifies of an event that a listener causes, after the listener returns. */
    @Test
    void anAsynchronousListenerMayUseTheCache() {
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.executor(Runnable::run);
        cache.set(open(configuration));
        final List<String> told = new ArrayList<>();
        cache.get()
                .registerCacheEntryListener(
                        asynchronous(
                                (All)
                                        event -> {
                                            if (!event.getKey().equals("z")) {
                                                cache.get().put("z", "v");
                                            }
                                            told.add(event.getKey());
                                        }));
        cache.get().put("a", "v");
        assertThat(told).containsExactly("a", "z");
    }

    /** Opens a cache whose entries expire after ten seconds. */
    private Cache<String, String> expiring(int segments, All listener) {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.engine(
                () ->
                        OffHeapCache.builder()
                                .memoryBytes(8 << 20)
                                .segments(segments)
                                .tickNs(SECOND / 1000));
        configuration.setExpiryPolicyFactory(
                CreatedExpiryPolicy.factoryOf(new Duration(TimeUnit.SECONDS, 10)));
        configuration.addCacheEntryListenerConfiguration(synchronous(listener));
        return open(configuration);
    }

    private static boolean isExpired(CacheEntryEvent<?, ?> event) {
        return event.getEventType() == javax.cache.event.EventType.EXPIRED;
    }

    @Test
    void theNextOperationReportsAllExpiredEntries() {
        final Set<String> told = new HashSet<>();
        final AtomicInteger events = new AtomicInteger();
        final Cache<String, String> cache =
                expiring(
                        4,
                        event -> {
                            if (isExpired(event)) {
                                told.add(event.getKey());
                                events.incrementAndGet();
                            }
                        });
        for (int i = 0; i < 10_000; i++) {
            cache.put("k" + i, "v");
        }
        clock.advance(11 * SECOND);
        cache.get("none");
        assertThat(told).hasSize(10_000);
        assertThat(events).hasValue(10_000);
    }

    @Test
    void cachesOfOneBuilderReportTheirOwnEntries() {
        final CacheBuilder shared = OffHeapCache.builder().memoryBytes(1 << 19).segments(1);
        final List<List<String>> told = new ArrayList<>();
        final List<Cache<String, String>> caches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            final List<String> own = new ArrayList<>();
            told.add(own);
            final FlagstoneConfiguration<String, String> configuration = configuration();
            configuration.engine(() -> shared);
            configuration.setExpiryPolicyFactory(
                    CreatedExpiryPolicy.factoryOf(new Duration(TimeUnit.SECONDS, 10)));
            configuration.addCacheEntryListenerConfiguration(
                    synchronous(
                            (CacheEntryExpiredListener<String, String>)
                                    events -> events.forEach(event -> own.add(event.getKey()))));
            caches.add(open(configuration));
        }
        caches.get(0).put("first", "v");
        caches.get(1).put("second", "v");
        clock.advance(11 * SECOND);
        caches.forEach(cache -> cache.get("none"));
        assertThat(told).containsExactly(List.of("first"), List.of("second"));
        try (OffHeapCache plain = shared.build()) {
            assertThat(plain.configuration().setting("clock").origin())
                    .isEqualTo(Setting.Origin.DEFAULT);
            assertThat(plain.configuration().setting("removalHandler").origin())
                    .isEqualTo(Setting.Origin.DEFAULT);
        }
    }

    @Test
    void aFailingExpiryListenerFailsNoOperation() {
        final AtomicInteger events = new AtomicInteger();
        final Cache<String, String> cache =
                expiring(
                        1,
                        event -> {
                            if (isExpired(event)) {
                                events.incrementAndGet();
                                throw new AssertionError("test");
                            }
                        });
        for (int i = 0; i < 100; i++) {
            cache.put("k" + i, "v");
        }
        clock.advance(11 * SECOND);
        cache.put("a", "1");
        assertThat(cache.get("a")).isEqualTo("1");
        assertThat(events).hasValue(100);
        assertThat(logged("notifying listeners of an expired entry failed")).isEqualTo(100);
    }

    @Test
    void anExpiryListenerMayUseTheCache() {
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        final AtomicInteger events = new AtomicInteger();
        final AtomicInteger depth = new AtomicInteger();
        final AtomicInteger deepest = new AtomicInteger();
        cache.set(
                expiring(
                        1,
                        event -> {
                            if (isExpired(event)) {
                                events.incrementAndGet();
                                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                                cache.get().get("any");
                                cache.get().put("a", "v");
                                depth.decrementAndGet();
                            }
                        }));
        for (int i = 0; i < 2_000; i++) {
            cache.get().put("k" + i, "v");
        }
        clock.advance(11 * SECOND);
        cache.get().get("none");
        assertThat(events).hasValue(2_000);
        assertThat(deepest).as("no listener within another").hasValue(1);
    }

    @Test
    void anOperationLooksAtNoSegmentBeforeTheNextTick() {
        final Cache<String, String> cache = expiring(4, event -> {});
        cache.containsKey("none");
        final int before = clock.reads();
        for (int i = 0; i < 100; i++) {
            cache.containsKey("none");
        }
        // A look reads the clock as well.
        assertThat(clock.reads() - before).isEqualTo(100);
        clock.advance(SECOND / 1000);
        cache.containsKey("none");
        assertThat(clock.reads() - before).isEqualTo(102);
    }

    @Test
    void aPaceIsDueOncePerTick() {
        final Pace pace = new Pace(clock, 10);
        assertThat(pace.isDue()).isTrue();
        assertThat(pace.isDue()).isFalse();
        clock.advance(9);
        assertThat(pace.isDue()).isFalse();
        clock.advance(1);
        assertThat(pace.isDue()).isTrue();
        pace.again();
        assertThat(pace.isDue()).isTrue();
        assertThat(pace.isDue()).isFalse();
        final Pace unknown = new Pace(null, 10);
        unknown.again();
        assertThat(unknown.isDue()).isTrue();
        assertThat(unknown.isDue()).isTrue();
    }

    /** A listener that records that it was closed. */
    private static final class Closing implements All, Closeable {
        private boolean closed;

        @Override
        public void told(CacheEntryEvent<? extends String, ? extends String> event) {}

        @Override
        public void close() {
            closed = true;
        }
    }

    private static int listeners(Cache<String, String> cache) {
        final List<Object> all = new ArrayList<>();
        final CompleteConfiguration<String, String> configuration = complete(cache);
        configuration.getCacheEntryListenerConfigurations().forEach(all::add);
        return all.size();
    }

    @SuppressWarnings("unchecked")
    private static CompleteConfiguration<String, String> complete(Cache<String, String> cache) {
        return cache.getConfiguration(CompleteConfiguration.class);
    }

    @Test
    void aFailedRegistrationLeavesNothing() {
        final Cache<String, String> cache = open(configuration());
        final Closing listener = new Closing();
        final List<Factory<CacheEntryListener<String, String>>> listeners =
                List.of(
                        () -> {
                            throw new IllegalStateException("test");
                        },
                        () -> {
                            throw new AssertionError("test");
                        },
                        () -> null);
        for (final Factory<CacheEntryListener<String, String>> factory : listeners) {
            fails(cache, new MutableCacheEntryListenerConfiguration<>(factory, null, false, true));
        }
        final List<Factory<CacheEntryEventFilter<String, String>>> filters =
                List.of(
                        () -> {
                            throw new IllegalStateException("test");
                        },
                        () -> {
                            throw new AssertionError("test");
                        },
                        () -> null);
        for (final Factory<CacheEntryEventFilter<String, String>> factory : filters) {
            listener.closed = false;
            fails(
                    cache,
                    new MutableCacheEntryListenerConfiguration<>(
                            () -> listener, factory, false, true));
            assertThat(listener.closed).isTrue();
        }
    }

    private static void fails(
            Cache<String, String> cache,
            CacheEntryListenerConfiguration<String, String> registered) {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> cache.registerCacheEntryListener(registered))
                    .isNotInstanceOf(IllegalArgumentException.class);
        }
        assertThat(listeners(cache)).isZero();
        cache.put("a", "1");
    }

    @Test
    void theConfigurationMayBeReadWhileListenersChange() throws Exception {
        final Cache<String, String> cache = open(configuration());
        final AtomicInteger changing = new AtomicInteger(2);
        final Callable<Void> change =
                () -> {
                    try {
                        for (int round = 0; round < 200; round++) {
                            final List<CacheEntryListenerConfiguration<String, String>> own =
                                    new ArrayList<>();
                            for (int i = 0; i < 20; i++) {
                                final All listener = event -> {};
                                own.add(synchronous(listener));
                            }
                            own.forEach(cache::registerCacheEntryListener);
                            own.forEach(cache::deregisterCacheEntryListener);
                        }
                    } finally {
                        changing.decrementAndGet();
                    }
                    return null;
                };
        final Callable<Void> read =
                () -> {
                    while (changing.get() > 0) {
                        assertThat(listeners(cache)).isBetween(0, 40);
                        manager.getCache(cache.getName(), String.class, String.class);
                    }
                    return null;
                };
        assertThat(inParallel(change, change, read)).containsOnlyNulls();
        assertThat(listeners(cache)).isZero();
    }

    @Test
    void aListenerMayDeregisterItselfAndOthers() {
        final Cache<String, String> cache = open(configuration());
        final List<String> told = new ArrayList<>();
        final List<CacheEntryListenerConfiguration<String, String>> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final String name = "listener " + i;
            all.add(
                    synchronous(
                            (All)
                                    event -> {
                                        told.add(name);
                                        all.forEach(cache::deregisterCacheEntryListener);
                                    }));
        }
        all.forEach(cache::registerCacheEntryListener);
        cache.put("a", "1");
        cache.put("b", "1");
        assertThat(told).as("the others are already closed").containsExactly("listener 0");
        assertThat(listeners(cache)).isZero();
    }
}
