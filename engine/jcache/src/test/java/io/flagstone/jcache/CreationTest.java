// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableCacheEntryListenerConfiguration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.event.CacheEntryEvent;
import javax.cache.expiry.Duration;
import javax.cache.expiry.EternalExpiryPolicy;
import javax.cache.expiry.ExpiryPolicy;
import javax.cache.expiry.TouchedExpiryPolicy;
import javax.cache.integration.CacheLoader;
import javax.cache.spi.CachingProvider;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Tests failed creations, the names of beans, statistics and the log. */
class CreationTest extends CacheFixture {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    /** A loader, listener and policy in one, which records that it was closed. */
    private static final class Part
            implements CacheLoader<String, String>,
                    CacheEntryCreatedListener<String, String>,
                    ExpiryPolicy,
                    Closeable {
        private boolean closed;

        @Override
        public String load(String key) {
            return null;
        }

        @Override
        public Map<String, String> loadAll(Iterable<? extends String> keys) {
            return Map.of();
        }

        @Override
        public void onCreated(
                Iterable<CacheEntryEvent<? extends String, ? extends String>> events) {}

        @Override
        public Duration getExpiryForCreation() {
            return Duration.ETERNAL;
        }

        @Override
        public Duration getExpiryForAccess() {
            return null;
        }

        @Override
        public Duration getExpiryForUpdate() {
            return null;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            throw new IOException("its close fails too");
        }
    }

    private final List<Part> parts = new ArrayList<>();

    private Part part() {
        parts.add(new Part());
        return parts.get(parts.size() - 1);
    }

    /** A configuration whose parts must all be closed. */
    private FlagstoneConfiguration<String, String> whole() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setReadThrough(true);
        configuration.setCacheLoaderFactory(this::part);
        configuration.setExpiryPolicyFactory(this::part);
        configuration.addCacheEntryListenerConfiguration(
                new MutableCacheEntryListenerConfiguration<>(this::part, null, false, true));
        configuration.setStatisticsEnabled(true);
        configuration.setManagementEnabled(true);
        return configuration;
    }

    private static <T> T fail(boolean error) {
        if (error) {
            throw new AssertionError("test");
        }
        throw new IllegalStateException("test");
    }

    private static List<Consumer<FlagstoneConfiguration<String, String>>> faults(boolean error) {
        return List.of(
                configuration -> configuration.setExpiryPolicyFactory(() -> fail(error)),
                configuration -> configuration.setCacheLoaderFactory(() -> fail(error)),
                configuration -> {
                    configuration.setWriteThrough(true);
                    configuration.setCacheWriterFactory(() -> fail(error));
                },
                configuration ->
                        configuration.addCacheEntryListenerConfiguration(
                                new MutableCacheEntryListenerConfiguration<>(
                                        () -> fail(error), null, false, true)),
                configuration ->
                        configuration.addCacheEntryListenerConfiguration(
                                new MutableCacheEntryListenerConfiguration<>(
                                        () -> new Part(), () -> fail(error), false, true)),
                configuration -> configuration.engine(() -> fail(error)),
                configuration -> configuration.engine(() -> OffHeapCache.builder()),
                configuration -> configuration.engine(() -> null));
    }

    private Set<ObjectName> beans() throws JMException {
        final Set<ObjectName> own = new HashSet<>();
        for (final ObjectName name : SERVER.queryNames(new ObjectName("javax.cache:*"), null)) {
            if (name.getKeyProperty("CacheManager").endsWith("CreationTest")) {
                own.add(name);
            }
        }
        return own;
    }

    @Test
    void aFailedCreationLeavesNothing() throws Exception {
        for (final boolean error : new boolean[] {false, true}) {
            for (final Consumer<FlagstoneConfiguration<String, String>> fault : faults(error)) {
                final FlagstoneConfiguration<String, String> configuration = whole();
                fault.accept(configuration);
                assertThatThrownBy(() -> manager.createCache("failing", configuration)).isNotNull();
                assertThat(manager.getCache("failing")).isNull();
                assertThat(manager.getCacheNames()).isEmpty();
                assertThat(parts).allMatch(part -> part.closed);
                assertThat(beans()).isEmpty();
            }
        }
        assertThat(parts).isNotEmpty();
        parts.clear();
        open(whole()).close();
        assertThat(parts).hasSize(3).allMatch(part -> part.closed);
    }

    @Test
    void aFactoryMayCreateOtherCachesButNotItsOwn() {
        final FlagstoneConfiguration<String, String> outer = configuration();
        outer.setExpiryPolicyFactory(
                () -> {
                    manager.createCache("inner", configuration());
                    return new EternalExpiryPolicy();
                });
        manager.createCache("outer", outer);
        assertThat(manager.getCacheNames()).containsExactlyInAnyOrder("inner", "outer");
        assertThatThrownBy(() -> manager.createCache("inner", configuration()))
                .isInstanceOf(CacheException.class)
                .hasMessageContaining("a cache with this name already exists: name=inner");
        final FlagstoneConfiguration<String, String> itself = configuration();
        final List<Cache<?, ?>> inner = new ArrayList<>();
        itself.setExpiryPolicyFactory(
                () -> {
                    inner.add(manager.createCache("itself", configuration()));
                    return new EternalExpiryPolicy();
                });
        assertThatThrownBy(() -> manager.createCache("itself", itself))
                .isInstanceOf(CacheException.class);
        assertThat((Object) manager.getCache("itself")).isSameAs(inner.get(0));
        assertThat(inner.get(0).isClosed()).isFalse();
    }

    /** Runs a task in a new thread and waits for its end. */
    private static void inAnotherThread(Runnable task) {
        final Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(20_000);
            assertThat(thread.isAlive()).isFalse();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFactoryMayWaitForACreationInAnotherThread() {
        final FlagstoneConfiguration<String, String> outer = configuration();
        outer.setExpiryPolicyFactory(
                () -> {
                    inAnotherThread(() -> manager.createCache("inner", configuration()));
                    return new EternalExpiryPolicy();
                });
        manager.createCache("outer", outer);
        assertThat(manager.getCacheNames()).containsExactlyInAnyOrder("inner", "outer");
    }

    @Test
    void aFactoryMayWaitForACloseInAnotherThread() {
        final FlagstoneConfiguration<String, String> configuration = whole();
        configuration.setExpiryPolicyFactory(
                () -> {
                    inAnotherThread(manager::close);
                    return part();
                });
        assertThatThrownBy(() -> manager.createCache("late", configuration))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
        assertThat(parts).hasSize(3).allMatch(part -> part.closed);
    }

    @Test
    void oneOfSeveralThreadsCreatesACache() throws Exception {
        final AtomicInteger factories = new AtomicInteger();
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setExpiryPolicyFactory(
                () -> {
                    factories.incrementAndGet();
                    return new EternalExpiryPolicy();
                });
        final Callable<Cache<String, String>> create =
                () -> manager.createCache("same", configuration);
        final List<Throwable> thrown = inParallel(Collections.nCopies(8, create));
        assertThat(thrown).filteredOn(Objects::isNull).hasSize(1);
        assertThat(thrown)
                .filteredOn(Objects::nonNull)
                .allSatisfy(
                        one ->
                                assertThat(one)
                                        .isInstanceOf(CacheException.class)
                                        .hasMessageContaining("already exists"));
        assertThat(factories).as("the others open nothing").hasValue(1);
    }

    @Test
    void createCacheFailsIfAFactoryClosesTheManager() {
        final FlagstoneConfiguration<String, String> configuration = whole();
        configuration.setExpiryPolicyFactory(
                () -> {
                    manager.close();
                    return part();
                });
        assertThatThrownBy(() -> manager.createCache("late", configuration))
                .isInstanceOf(IllegalStateException.class);
        assertThat(parts).hasSize(3).allMatch(part -> part.closed);
    }

    @Test
    void aClosedManagerIsReplacedAtOnce() throws Exception {
        final CachingProvider provider = manager.getCachingProvider();
        final Thread closing = new Thread(manager::close);
        // The manager's close removes it from the provider under the provider's monitor.
        synchronized (provider) {
            closing.start();
            while (!manager.isClosed()) {
                Thread.onSpinWait();
            }
            final CacheManager next =
                    provider.getCacheManager(manager.getURI(), manager.getClassLoader());
            assertThat(next.isClosed()).isFalse();
        }
        closing.join();
        try (CacheManager next =
                provider.getCacheManager(manager.getURI(), manager.getClassLoader())) {
            assertThat(next.isClosed()).isFalse();
            assertThat(next).isNotSameAs(manager);
        }
    }

    @Test
    void cachesWithAnyNameHaveTheirOwnBeans() throws Exception {
        final List<String> names =
                List.of(
                        "plain",
                        "a,b",
                        "a.b",
                        "a:b",
                        "a=b",
                        "a\nb",
                        "a*b",
                        "a?b",
                        "say \"hi\"",
                        "say .hi.",
                        "\"a.b\"",
                        "a\\b",
                        "a\\nb",
                        "",
                        " ",
                        "ä \u2028 é",
                        "a\tb",
                        "a\u0000b",
                        "*",
                        "type=x,Cache=y",
                        "'");
        for (final String name : names) {
            final FlagstoneConfiguration<String, String> configuration = configuration();
            configuration.setStatisticsEnabled(true);
            configuration.setManagementEnabled(true);
            manager.createCache(name, configuration).put("a", "1");
        }
        final Set<ObjectName> beans = beans();
        assertThat(beans).hasSize(2 * names.size());
        for (final ObjectName bean : beans) {
            assertThat(bean.isPattern()).isFalse();
            if (bean.getKeyProperty("type").equals("CacheStatistics")) {
                assertThat(SERVER.getAttribute(bean, "CachePuts")).isEqualTo(1L);
            }
        }
        assertThat(
                        SERVER.isRegistered(
                                new ObjectName(
                                        "javax.cache:type=CacheStatistics,"
                                            + "CacheManager=flagstone.CreationTest,Cache=plain")))
                .isTrue();
        assertThat(
                        SERVER.isRegistered(
                                new ObjectName(
                                        "javax.cache:type=CacheStatistics,"
                                                + "CacheManager=flagstone.CreationTest,Cache="
                                                + ObjectName.quote("a,b"))))
                .isTrue();
        names.forEach(manager::destroyCache);
        assertThat(beans()).isEmpty();
    }

    @Test
    void managersWithTheSameUriHaveTheirOwnBeans() throws Exception {
        final List<CacheManager> managers = new ArrayList<>();
        final ClassLoader parent = getClass().getClassLoader();
        try (URLClassLoader other = new URLClassLoader(new URL[0], parent)) {
            managers.add(manager);
            managers.add(Caching.getCachingProvider().getCacheManager(manager.getURI(), other));
            managers.add(
                    Caching.getCachingProvider()
                            .getCacheManager(URI.create("flagstone.CreationTest"), parent));
            for (int i = 0; i < managers.size(); i++) {
                final FlagstoneConfiguration<String, String> configuration = configuration();
                configuration.setStatisticsEnabled(true);
                final Cache<String, String> cache =
                        managers.get(i).createCache("same", configuration);
                for (int put = 0; put <= i; put++) {
                    cache.put("k" + put, "v");
                }
            }
            assertThat(puts()).containsExactlyInAnyOrder(1L, 2L, 3L);
            managers.get(0).destroyCache("same");
            assertThat(puts()).containsExactlyInAnyOrder(2L, 3L);
            managers.get(2).enableStatistics("same", false);
            assertThat(puts()).containsExactly(2L);
            managers.get(2).enableStatistics("same", true);
            assertThat(puts()).containsExactlyInAnyOrder(2L, 3L);
        } finally {
            managers.forEach(CacheManager::close);
        }
        assertThat(beans()).isEmpty();
    }

    private List<Long> puts() throws JMException {
        final List<Long> puts = new ArrayList<>();
        for (final ObjectName bean : beans()) {
            puts.add((Long) SERVER.getAttribute(bean, "CachePuts"));
        }
        return puts;
    }

    @Test
    void disablingStatisticsIgnoresAMissingBean() throws Exception {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setStatisticsEnabled(true);
        final Cache<String, String> cache = open(configuration);
        for (final ObjectName bean : beans()) {
            SERVER.unregisterMBean(bean);
        }
        manager.enableStatistics(cache.getName(), false);
        manager.enableStatistics(cache.getName(), true);
        assertThat(beans()).hasSize(1);
        cache.close();
        assertThat(beans()).isEmpty();
        assertThat(cache.isClosed()).isTrue();
    }

    @Test
    void disabledStatisticsCountNothing() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.engine(
                () -> OffHeapCache.builder().memoryBytes(1 << 19).segments(1).maxEntries(100));
        final Cache<String, String> cache = open(configuration);
        final Runnable use =
                () -> {
                    for (int i = 0; i < 150; i++) {
                        cache.put("k" + i, "v");
                        cache.get("k" + i);
                        cache.get("none");
                    }
                    cache.remove("k149");
                    cache.put("large", LARGE);
                };
        use.run();
        manager.enableStatistics(cache.getName(), true);
        for (final String name :
                List.of("CacheHits", "CacheMisses", "CachePuts", "CacheRemovals")) {
            assertThat(statistic(cache, name)).as(name).isEqualTo(0L);
        }
        assertThat(statistic(cache, "CacheEvictions")).isEqualTo(0L);
        use.run();
        final long evictions = (Long) statistic(cache, "CacheEvictions");
        assertThat(evictions).isGreaterThan(100);
        assertThat(statistic(cache, "CachePuts")).isEqualTo(151L);
        manager.enableStatistics(cache.getName(), false);
        use.run();
        manager.enableStatistics(cache.getName(), true);
        assertThat(statistic(cache, "CacheEvictions")).isEqualTo(evictions);
        assertThat(statistic(cache, "CachePuts")).isEqualTo(151L);
        use.run();
        assertThat((Long) statistic(cache, "CacheEvictions")).isGreaterThan(evictions + 100);
    }

    @Test
    void anIterationCountsOneHitOfEachEntry() {
        for (final ExpiryPolicy policy :
                List.of(
                        new EternalExpiryPolicy(),
                        new TouchedExpiryPolicy(new Duration(TimeUnit.SECONDS, 10)))) {
            final FlagstoneConfiguration<String, String> configuration = configuration();
            configuration.setStatisticsEnabled(true);
            configuration.setExpiryPolicyFactory(() -> policy);
            final Cache<String, String> cache = open(configuration);
            for (int i = 0; i < 10; i++) {
                cache.put("k" + i, "v");
            }
            clock.advance(6 * SECOND);
            cache.forEach(entry -> assertThat(entry.getValue()).isEqualTo("v"));
            assertThat(engine(cache).statistics().hits()).isEqualTo(10);
            assertThat(engine(cache).statistics().misses()).isZero();
            assertThat(statistic(cache, "CacheHits")).isEqualTo(10L);
            clock.advance(6 * SECOND);
            assertThat(engine(cache).size()).isEqualTo(10);
            assertThat(cache.containsKey("k0")).as("the iteration renewed deadlines").isTrue();
        }
    }

    @Test
    void clearResetsAllStatistics() {
        final Cache<String, String> cache = open(configuration());
        final Counters counters = new Counters(engine(cache));
        counters.enable(true);
        counters.got(true, counters.start() - SECOND);
        counters.got(false, counters.start() - SECOND);
        counters.put(counters.start() - SECOND);
        counters.removed(counters.start() - SECOND);
        counters.notKept();
        assertThat(counters.getAverageGetTime()).isGreaterThanOrEqualTo(1e6f);
        assertThat(counters.getAveragePutTime()).isGreaterThanOrEqualTo(1e6f);
        assertThat(counters.getAverageRemoveTime()).isGreaterThanOrEqualTo(1e6f);
        assertThat(counters.getCacheEvictions()).isEqualTo(1);
        counters.clear();
        assertThat(counters.getCacheGets() + counters.getCachePuts()).isZero();
        assertThat(counters.getCacheRemovals() + counters.getCacheEvictions()).isZero();
        assertThat(counters.getAverageGetTime()).isZero();
        assertThat(counters.getAveragePutTime()).isZero();
        assertThat(counters.getAverageRemoveTime()).isZero();
    }

    @Test
    void anOperationThatBeganWhileDisabledIsNotCounted() {
        final Counters counters = new Counters(engine(open(configuration())));
        final long before = counters.start();
        counters.enable(true);
        counters.got(true, before);
        counters.put(before);
        assertThat(counters.getCacheHits() + counters.getCachePuts()).isZero();
        final long during = counters.start();
        counters.enable(false);
        counters.got(true, during);
        counters.notKept();
        assertThat(counters.getCacheHits() + counters.getCacheEvictions()).isZero();
    }

    @Test
    void aFailingPolicyIsLoggedOnceAMinute() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setExpiryPolicyFactory(
                () ->
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
        final Cache<String, String> cache = open(configuration);
        for (int i = 0; i < 100; i++) {
            cache.put("k" + i % 10, "v");
            assertThat(cache.get("k" + i % 10)).isEqualTo("v");
        }
        assertThat(logged("the expiry policy failed")).isEqualTo(1);
    }

    @Test
    void theRateLimitedLogCountsOmittedMessages() {
        final List<String> lines = new ArrayList<>();
        final RateLimitedLog log = new RateLimitedLog(clock, (line, failure) -> lines.add(line));
        log.warn("a", null);
        clock.advance(RateLimitedLog.INTERVAL_NS - 1);
        log.warn("b", null);
        log.warn("c", null);
        clock.advance(1);
        log.warn("d", null);
        log.warn("e", null);
        assertThat(lines).containsExactly("a", "d (2 more since the last message)");
    }

    /** A key or value whose {@code toString} throws. */
    private static final class Nameless implements java.io.Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new IllegalStateException("test");
        }

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Nameless;
        }
    }

    @Test
    void aKeyWhoseToStringFailsHidesNoFailure() {
        final MutableConfiguration<Object, Object> configuration = new MutableConfiguration<>();
        final Cache<Object, Object> cache = open(configuration);
        assertThatThrownBy(
                        () ->
                                cache.invoke(
                                        new Nameless(),
                                        (entry, arguments) -> {
                                            throw new IllegalStateException("the processor");
                                        }))
                .hasRootCauseMessage("the processor");
    }
}
