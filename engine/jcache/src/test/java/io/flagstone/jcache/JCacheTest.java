// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import io.flagstone.typed.Codecs;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.configuration.MutableCacheEntryListenerConfiguration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.CacheEntryExpiredListener;
import javax.cache.event.CacheEntryListener;
import javax.cache.event.CacheEntryUpdatedListener;
import javax.cache.event.EventType;
import javax.cache.expiry.AccessedExpiryPolicy;
import javax.cache.expiry.CreatedExpiryPolicy;
import javax.cache.expiry.Duration;
import javax.cache.expiry.ExpiryPolicy;
import javax.cache.expiry.ModifiedExpiryPolicy;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CompletionListenerFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests what the JCache TCK leaves out: exact times, bounds, order, and Flagstone's own settings.
 */
@Timeout(60)
class JCacheTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final TestClock clock = new TestClock(0);
    private final CacheManager manager =
            Caching.getCachingProvider()
                    .getCacheManager(URI.create("flagstone:test"), getClass().getClassLoader());
    private final List<Cache<?, ?>> caches = new ArrayList<>();

    @AfterEach
    void auditAndClose() {
        for (final Cache<?, ?> cache : caches) {
            if (!cache.isClosed()) {
                TestSupport.assertClean(cache.unwrap(OffHeapCache.class));
            }
        }
        manager.close();
    }

    private FlagstoneConfiguration<String, String> configuration() {
        final FlagstoneConfiguration<String, String> configuration =
                new FlagstoneConfiguration<String, String>()
                        .engine(
                                () ->
                                        OffHeapCache.builder()
                                                .memoryBytes(1 << 19)
                                                .segments(1)
                                                .tickNs(1_000)
                                                .clock(clock));
        configuration.setTypes(String.class, String.class);
        return configuration;
    }

    private <K, V> Cache<K, V> open(CompleteConfiguration<K, V> configuration) {
        final Cache<K, V> cache = manager.createCache("test", configuration);
        caches.add(cache);
        return cache;
    }

    private Cache<String, String> expiring(ExpiryPolicy policy) {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setExpiryPolicyFactory(() -> policy);
        return open(configuration);
    }

    /** Runs a task in several threads at once and waits for them. */
    private static void inParallel(int threads, Callable<?> task) throws Exception {
        final ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (final Future<?> done : pool.invokeAll(Collections.nCopies(threads, task))) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void cachingFindsTheProvider() {
        assertThat(Caching.getCachingProvider()).isInstanceOf(FlagstoneCachingProvider.class);
        assertThat(manager.getCachingProvider()).isSameAs(Caching.getCachingProvider());
    }

    @Test
    void anEntryExpiresToTheNanosecondAfterItsCreation() {
        final Cache<String, String> cache =
                expiring(new CreatedExpiryPolicy(new Duration(TimeUnit.SECONDS, 10)));
        cache.put("a", "1");
        clock.advance(10 * SECOND - 1);
        cache.put("a", "2");
        assertThat(cache.replace("a", "2", "3")).isTrue();
        assertThat(cache.get("a")).isEqualTo("3");
        clock.advance(1);
        assertThat(cache.get("a")).isNull();
        assertThat(cache.containsKey("a")).isFalse();
    }

    @Test
    void aWriteRenewsTheDeadlineIfThePolicySaysSo() {
        final Cache<String, String> cache =
                expiring(new ModifiedExpiryPolicy(new Duration(TimeUnit.SECONDS, 10)));
        cache.put("a", "1");
        clock.advance(10 * SECOND - 1);
        cache.put("a", "2");
        clock.advance(10 * SECOND - 1);
        assertThat(cache.get("a")).isEqualTo("2");
        clock.advance(1);
        assertThat(cache.get("a")).isNull();
    }

    @Test
    void aReadRenewsTheDeadlineIfThePolicySaysSo() {
        final Cache<String, String> cache =
                expiring(new AccessedExpiryPolicy(new Duration(TimeUnit.SECONDS, 10)));
        cache.put("a", "1");
        for (int i = 0; i < 3; i++) {
            clock.advance(10 * SECOND - 1);
            assertThat(cache.get("a")).isEqualTo("1");
        }
        clock.advance(10 * SECOND - 1);
        assertThat(cache.iterator().next().getValue()).isEqualTo("1");
        clock.advance(10 * SECOND - 1);
        assertThat(cache.containsKey("a")).as("containsKey is not a read").isTrue();
        clock.advance(1);
        assertThat(cache.iterator().hasNext()).isFalse();
    }

    @Test
    void aPolicyThatThrowsLeavesAnEternalEntry() {
        final Cache<String, String> cache =
                expiring(
                        new ExpiryPolicy() {
                            @Override
                            public Duration getExpiryForCreation() {
                                throw new IllegalStateException("creation");
                            }

                            @Override
                            public Duration getExpiryForAccess() {
                                throw new IllegalStateException("access");
                            }

                            @Override
                            public Duration getExpiryForUpdate() {
                                throw new IllegalStateException("update");
                            }
                        });
        cache.put("a", "1");
        cache.put("a", "2");
        clock.advance(1_000_000 * SECOND);
        assertThat(cache.get("a")).isEqualTo("2");
    }

    private static CacheEntryListenerConfiguration<String, String> listener(
            CacheEntryListener<String, String> listener, boolean synchronous) {
        return new MutableCacheEntryListenerConfiguration<>(
                () -> listener, null, true, synchronous);
    }

    private interface AllListener
            extends CacheEntryCreatedListener<String, String>,
                    CacheEntryUpdatedListener<String, String>,
                    CacheEntryExpiredListener<String, String> {
        void told(CacheEntryEvent<? extends String, ? extends String> event);

        @Override
        default void onCreated(
                Iterable<CacheEntryEvent<? extends String, ? extends String>> events) {
            events.forEach(this::told);
        }

        @Override
        default void onUpdated(
                Iterable<CacheEntryEvent<? extends String, ? extends String>> events) {
            events.forEach(this::told);
        }

        @Override
        default void onExpired(
                Iterable<CacheEntryEvent<? extends String, ? extends String>> events) {
            events.forEach(this::told);
        }
    }

    @Test
    void anExpiryEventComesBeforeTheNextEventOfItsKey() {
        final Cache<String, String> cache =
                expiring(new CreatedExpiryPolicy(new Duration(TimeUnit.SECONDS, 10)));
        final List<String> told = new ArrayList<>();
        cache.registerCacheEntryListener(
                listener((AllListener) event -> told.add(event.toString()), true));
        cache.put("a", "1");
        clock.advance(10 * SECOND);
        cache.put("a", "2");
        cache.put("a", "3");
        clock.advance(10 * SECOND);
        assertThat(cache.get("b")).isNull();
        assertThat(told)
                .containsExactly(
                        "CREATED a=1 (was null)",
                        "EXPIRED a=1 (was 1)",
                        "CREATED a=2 (was null)",
                        "UPDATED a=3 (was 2)",
                        "EXPIRED a=3 (was 3)");
    }

    /** The duty cycle does not find the expired entry yet, but the write to its key does. */
    @Test
    void anExpiryEventWithinATickComesBeforeTheNextEventOfItsKey() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.engine(
                () ->
                        OffHeapCache.builder()
                                .memoryBytes(1 << 19)
                                .segments(1)
                                .tickNs(SECOND)
                                .clock(clock));
        configuration.setExpiryPolicyFactory(
                CreatedExpiryPolicy.factoryOf(new Duration(TimeUnit.MILLISECONDS, 10_500)));
        final Cache<String, String> cache = open(configuration);
        final List<String> told = new ArrayList<>();
        cache.registerCacheEntryListener(
                listener((AllListener) event -> told.add(event.toString()), true));
        cache.put("a", "1");
        clock.advance(10 * SECOND + SECOND / 2);
        cache.put("a", "2");
        assertThat(told)
                .containsExactly(
                        "CREATED a=1 (was null)", "EXPIRED a=1 (was 1)", "CREATED a=2 (was null)");
    }

    @Test
    void anAsynchronousListenerGetsEventsInOrder() throws Exception {
        final Cache<String, String> cache = open(configuration());
        final int events = 1_000;
        final CountDownLatch done = new CountDownLatch(events);
        final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
        cache.registerCacheEntryListener(
                listener(
                        (AllListener)
                                event -> {
                                    told.add(event.getValue());
                                    done.countDown();
                                    if (told.size() == 1) {
                                        throw new IllegalStateException(
                                                "expected in this test's log");
                                    }
                                },
                        false));
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            cache.put("a", "" + i);
            expected.add("" + i);
        }
        done.await();
        assertThat(told).containsExactlyElementsOf(expected);
    }

    @Test
    void oneThreadAtATimeNotifiesAListener() throws Exception {
        final ExecutorService pool = Executors.newFixedThreadPool(4);
        final int events = 20_000;
        final CountDownLatch done = new CountDownLatch(events);
        final List<String> told = new ArrayList<>();
        final Registration<String, String> registration =
                new Registration<>(
                        listener(
                                (AllListener)
                                        event -> {
                                            told.add(event.getValue());
                                            done.countDown();
                                        },
                                false),
                        pool);
        final Cache<String, String> source = open(configuration());
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            registration.tell(new EntryEvent<>(source, EventType.CREATED, "a", "" + i, null));
            expected.add("" + i);
        }
        done.await();
        assertThat(told).isEqualTo(expected);
        pool.shutdown();
    }

    @Test
    void concurrentReadsLoadAKeyOnce() throws Exception {
        final AtomicInteger loads = new AtomicInteger();
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setReadThrough(true);
        configuration.setCacheLoaderFactory(
                () ->
                        new CacheLoader<>() {
                            @Override
                            public String load(String key) {
                                loads.incrementAndGet();
                                return "loaded " + key;
                            }

                            @Override
                            public Map<String, String> loadAll(Iterable<? extends String> keys) {
                                throw new IllegalStateException("no");
                            }
                        });
        final Cache<String, String> cache = open(configuration);
        final int threads = 8;
        final CyclicBarrier start = new CyclicBarrier(threads);
        inParallel(
                threads,
                () -> {
                    for (int i = 0; i < 100; i++) {
                        start.await();
                        assertThat(cache.get("k" + i)).isEqualTo("loaded k" + i);
                    }
                    return null;
                });
        assertThat(loads).hasValue(100);
        final CompletionListenerFuture future = new CompletionListenerFuture();
        cache.loadAll(Set.of("x"), false, future);
        assertThatThrownBy(future::get).hasRootCauseMessage("no");
    }

    @Test
    void entryProcessorsUpdateAtomically() throws Exception {
        final MutableConfiguration<String, Integer> configuration = new MutableConfiguration<>();
        configuration.setTypes(String.class, Integer.class);
        final Cache<String, Integer> cache = open(configuration);
        inParallel(
                4,
                () -> {
                    for (int i = 0; i < 5_000; i++) {
                        cache.invoke(
                                "k" + i % 10,
                                (entry, arguments) -> {
                                    entry.setValue(entry.exists() ? entry.getValue() + 1 : 1);
                                    return null;
                                });
                    }
                    return null;
                });
        int sum = 0;
        for (final Cache.Entry<String, Integer> entry : cache) {
            sum += entry.getValue();
        }
        assertThat(sum).isEqualTo(20_000);
    }

    @Test
    void maxEntriesHoldsAndEvictionsAreCounted() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.engine(
                () ->
                        OffHeapCache.builder()
                                .memoryBytes(1 << 19)
                                .segments(1)
                                .maxEntries(100)
                                .promotionDistance(0));
        configuration.setStatisticsEnabled(true);
        final Cache<String, String> cache = open(configuration);
        for (int i = 0; i < 150; i++) {
            cache.put("k" + i, "v");
        }
        assertThat(cache.containsKey("k49")).isFalse();
        assertThat(cache.containsKey("k50")).isTrue();
        assertThat(cache.unwrap(OffHeapCache.class).size()).isEqualTo(100);
        assertThat(cache.unwrap(OffHeapCache.class).statistics().evictions()).isEqualTo(50);
        assertThat(cache.unwrap(io.flagstone.typed.Cache.class).size()).isEqualTo(100);
    }

    /** A key of two parts, which may be the same object. */
    private record Pair(Object first, Object second) implements Serializable {}

    @Test
    @SuppressWarnings("StringOperationCanBeSimplified")
    void equalKeysMatchWhetherOrNotTheyShareParts() {
        final MutableConfiguration<Object, Object> configuration = new MutableConfiguration<>();
        final Cache<Object, Object> cache = open(configuration);
        final String part = "part";
        cache.put(new Pair(part, part), "1");
        assertThat(cache.get(new Pair("part", new String(part)))).isEqualTo("1");
        final Long number = 123_456_789L;
        cache.put(new Pair(number, number), "2");
        assertThat(cache.get(new Pair(number, Long.valueOf(123_456_789)))).isEqualTo("2");
        assertThat(cache.get(new Pair(1L, 2))).isNull();
        cache.put(int.class, "a primitive type");
        assertThat(cache.get(int.class)).isEqualTo("a primitive type");
    }

    @Test
    void aValueThatCannotBeSerializedIsRejected() {
        final Cache<Object, Object> cache = open(new MutableConfiguration<>());
        assertThatThrownBy(() -> cache.put("a", new Object()))
                .isInstanceOf(CacheException.class)
                .hasMessageContaining("class java.lang.Object cannot be serialized");
        assertThat(cache.containsKey("a")).isFalse();
    }

    @Test
    void configuredCodecsEncodeKeysAndValues() {
        final FlagstoneConfiguration<Long, byte[]> configuration =
                new FlagstoneConfiguration<Long, byte[]>()
                        .keyCodec(Codecs.ofLong())
                        .valueCodec(Codecs.ofBytes());
        configuration.setTypes(Long.class, byte[].class);
        final Cache<Long, byte[]> cache = open(configuration);
        cache.put(7L, new byte[] {1, 2});
        assertThat(cache.get(7L)).containsExactly(1, 2);
        assertThat(cache.unwrap(OffHeapCache.class).contains(7)).isTrue();
    }

    @Test
    void aManagersPropertySetsTheMemory() {
        final Properties properties = new Properties();
        properties.setProperty(FlagstoneConfiguration.MEMORY_BYTES_PROPERTY, "1048576");
        try (CacheManager other =
                Caching.getCachingProvider()
                        .getCacheManager(URI.create("flagstone:small"), null, properties)) {
            final Cache<Object, Object> cache =
                    other.createCache("c", new MutableConfiguration<>());
            assertThat(cache.unwrap(OffHeapCache.class).memoryReport().budgetBytes())
                    .isEqualTo(1 << 20);
        }
        properties.setProperty(FlagstoneConfiguration.MEMORY_BYTES_PROPERTY, "1 MiB");
        try (CacheManager other =
                Caching.getCachingProvider()
                        .getCacheManager(URI.create("flagstone:wrong"), null, properties)) {
            assertThatThrownBy(() -> other.createCache("c", new MutableConfiguration<>()))
                    .isInstanceOf(CacheException.class)
                    .hasMessageContaining("must be a whole number of bytes: \"1 MiB\"");
        }
    }

    @Test
    void aManagersPropertiesAreACopy() {
        final Properties properties = new Properties();
        properties.setProperty("name", "value");
        try (CacheManager other =
                Caching.getCachingProvider()
                        .getCacheManager(URI.create("flagstone:copy"), null, properties)) {
            assertThat(other.getProperties()).isEqualTo(properties);
            other.getProperties().setProperty(FlagstoneConfiguration.MEMORY_BYTES_PROPERTY, "none");
            assertThat(other.getProperties()).isEqualTo(properties);
            other.createCache("c", new MutableConfiguration<>());
        }
    }

    @Test
    void destroyCacheClosesTheEngine() {
        final Cache<String, String> cache = open(configuration());
        final OffHeapCache engine = cache.unwrap(OffHeapCache.class);
        manager.destroyCache("test");
        assertThat(engine.isClosed()).isTrue();
        assertThatThrownBy(() -> cache.get("a")).isInstanceOf(IllegalStateException.class);
        assertThat(manager.getCacheNames()).isEmpty();
    }
}
