// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.LogRecorder;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CacheWriter;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A manager with small caches of strings, which are audited and closed after each test. */
@Timeout(60)
abstract class CacheFixture {
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** A value that no slab of {@link #configuration()} can hold. */
    static final String LARGE = "x".repeat(1 << 14);

    final TestClock clock = new TestClock(0);
    final CacheManager manager =
            Caching.getCachingProvider()
                    .getCacheManager(
                            URI.create("flagstone:" + getClass().getSimpleName()),
                            getClass().getClassLoader());
    private final List<Cache<?, ?>> caches = new ArrayList<>();
    private LogRecorder log;

    @BeforeEach
    void listenToTheLog() {
        log = new LogRecorder("io.flagstone").alone();
    }

    @AfterEach
    void auditAndClose() {
        log.close();
        for (final Cache<?, ?> cache : caches) {
            if (!cache.isClosed()) {
                TestSupport.assertClean(engine(cache));
            }
        }
        manager.close();
    }

    long logged(String part) {
        return log.messages().stream().filter(line -> line.contains(part)).count();
    }

    static OffHeapCache engine(Cache<?, ?> cache) {
        return cache.unwrap(OffHeapCache.class);
    }

    /** Returns a statistic from the bean of a cache. The cache must have a plain name. */
    static Object statistic(Cache<?, ?> cache, String attribute) {
        final String manager = cache.getCacheManager().getURI().toString().replace(':', '.');
        try {
            return ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(
                            new ObjectName(
                                    "javax.cache:type=CacheStatistics,CacheManager="
                                            + manager
                                            + ",Cache="
                                            + cache.getName()),
                            attribute);
        } catch (final JMException e) {
            throw new IllegalStateException(e);
        }
    }

    FlagstoneConfiguration<String, String> configuration() {
        final FlagstoneConfiguration<String, String> configuration =
                new FlagstoneConfiguration<String, String>()
                        .engine(
                                () ->
                                        OffHeapCache.builder()
                                                .memoryBytes(1 << 19)
                                                .segments(1)
                                                .tickNs(1_000))
                        .clock(clock);
        configuration.setTypes(String.class, String.class);
        return configuration;
    }

    <K, V> Cache<K, V> open(CompleteConfiguration<K, V> configuration) {
        final Cache<K, V> cache = manager.createCache("test" + caches.size(), configuration);
        caches.add(cache);
        return cache;
    }

    /** Opens a cache that reads through. */
    Cache<String, String> loading(Function<String, String> loader) {
        return open(readThrough(loader));
    }

    FlagstoneConfiguration<String, String> readThrough(Function<String, String> loader) {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setReadThrough(true);
        configuration.setCacheLoaderFactory(() -> new Loading(loader));
        return configuration;
    }

    /** A loader that calls a function. */
    static final class Loading implements CacheLoader<String, String> {
        private final Function<String, String> loader;

        Loading(Function<String, String> loader) {
            this.loader = loader;
        }

        @Override
        public String load(String key) {
            return loader.apply(key);
        }

        @Override
        public Map<String, String> loadAll(Iterable<? extends String> keys) {
            final Map<String, String> loaded = new HashMap<>();
            keys.forEach(key -> loaded.put(key, loader.apply(key)));
            return loaded;
        }
    }

    /** A store that a cache reads and writes through. */
    static final class Store implements CacheWriter<String, String> {
        final Map<String, String> data = new ConcurrentHashMap<>();
        volatile BiConsumer<String, String> onWrite = (key, value) -> {};

        @Override
        public void write(Cache.Entry<? extends String, ? extends String> entry) {
            onWrite.accept(entry.getKey(), entry.getValue());
            data.put(entry.getKey(), entry.getValue());
        }

        @Override
        public void writeAll(Collection<Cache.Entry<? extends String, ? extends String>> all) {
            for (final Cache.Entry<? extends String, ? extends String> entry : List.copyOf(all)) {
                write(entry);
                all.remove(entry);
            }
        }

        @Override
        public void delete(Object key) {
            onWrite.accept((String) key, null);
            data.remove(key);
        }

        @Override
        public void deleteAll(Collection<?> keys) {
            List.copyOf(keys).forEach(this::delete);
            keys.clear();
        }
    }

    /** Returns a configuration that reads and writes through. */
    FlagstoneConfiguration<String, String> over(Store store) {
        final FlagstoneConfiguration<String, String> configuration = readThrough(store.data::get);
        configuration.setWriteThrough(true);
        configuration.setCacheWriterFactory(() -> store);
        return configuration;
    }

    /** Runs tasks at once, each in its own thread, and returns what each threw, or null. */
    static List<Throwable> inParallel(List<? extends Callable<?>> tasks) throws Exception {
        final ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
        try {
            final List<Throwable> thrown = new ArrayList<>();
            final List<Future<?>> futures = new ArrayList<>();
            tasks.forEach(task -> futures.add(pool.submit(task)));
            for (final Future<?> future : futures) {
                try {
                    future.get();
                    thrown.add(null);
                } catch (final ExecutionException e) {
                    thrown.add(e.getCause());
                }
            }
            return thrown;
        } finally {
            pool.shutdownNow();
            assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
    }

    static List<Throwable> inParallel(Callable<?>... tasks) throws Exception {
        return inParallel(Arrays.asList(tasks));
    }

    /** Returns when a thread waits for a lock. */
    static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }
}
