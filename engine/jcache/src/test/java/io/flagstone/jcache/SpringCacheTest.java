// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.cache.Caching;
import javax.cache.expiry.CreatedExpiryPolicy;
import javax.cache.expiry.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.jcache.JCacheCacheManager;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests Spring's annotations over JCache in a Spring context: hits, deadlines, bounds. */
@Tag("any-jdk")
@Timeout(60)
class SpringCacheTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int BOUND = 100;

    private AnnotationConfigApplicationContext context;
    private Instruments instruments;
    private TestClock clock;
    private javax.cache.CacheManager manager;

    /** The service of an application. */
    static class Instruments {
        final AtomicInteger lookups = new AtomicInteger();

        /** Returns the lookups. This is a method because the proxy has no fields. */
        public int lookups() {
            return lookups.get();
        }

        @Cacheable("instruments")
        public String byId(long id) {
            return "instrument " + id + ", lookup " + lookups.incrementAndGet();
        }

        @CachePut(cacheNames = "instruments", key = "#p0")
        public String rename(long id, String name) {
            return name;
        }

        @CacheEvict("instruments")
        public void forget(long id) {}

        @CacheEvict(cacheNames = "instruments", allEntries = true)
        public void forgetAll() {}

        @Cacheable(cacheNames = "instruments", key = "#p0")
        public String document(long id, int length) {
            lookups.incrementAndGet();
            return "x".repeat(length);
        }

        @Cacheable(cacheNames = "instruments", key = "#p0", sync = true)
        public String synced(long id, Function<Long, String> part) {
            lookups.incrementAndGet();
            return part.apply(id);
        }
    }

    @Configuration
    @EnableCaching
    static class Application {
        @Bean
        TestClock clock() {
            return new TestClock(0);
        }

        @Bean
        javax.cache.CacheManager jcacheManager(TestClock clock) {
            final javax.cache.CacheManager manager =
                    Caching.getCachingProvider()
                            .getCacheManager(
                                    URI.create("flagstone:spring"), getClass().getClassLoader());
            final FlagstoneConfiguration<Long, String> configuration =
                    new FlagstoneConfiguration<Long, String>()
                            .engine(
                                    () ->
                                            OffHeapCache.builder()
                                                    .memoryBytes(1 << 20)
                                                    .segments(1)
                                                    .promotionDistance(0)
                                                    .maxEntries(BOUND)
                                                    .clock(clock));
            configuration.setTypes(Long.class, String.class);
            configuration.setExpiryPolicyFactory(
                    CreatedExpiryPolicy.factoryOf(new Duration(TimeUnit.SECONDS, 10)));
            manager.createCache("instruments", configuration);
            return manager;
        }

        @Bean
        CacheManager cacheManager(javax.cache.CacheManager manager) {
            return new JCacheCacheManager(manager);
        }

        @Bean
        Instruments instruments() {
            return new Instruments();
        }
    }

    @BeforeEach
    void start() {
        context = new AnnotationConfigApplicationContext(Application.class);
        instruments = context.getBean(Instruments.class);
        clock = context.getBean(TestClock.class);
        manager = context.getBean(javax.cache.CacheManager.class);
    }

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(engine());
        final OffHeapCache engine = engine();
        context.close();
        assertThat(engine.isClosed()).as("closed with the context").isTrue();
    }

    private OffHeapCache engine() {
        return manager.getCache("instruments").unwrap(OffHeapCache.class);
    }

    @Test
    void aMethodIsCalledOnceUntilItsValueExpires() {
        assertThat(instruments.byId(7)).isEqualTo("instrument 7, lookup 1");
        clock.advance(10 * SECOND - 1);
        assertThat(instruments.byId(7)).isEqualTo("instrument 7, lookup 1");
        assertThat(engine().contains(7)).as("the engine has a long key").isTrue();
        clock.advance(1);
        assertThat(instruments.byId(7)).isEqualTo("instrument 7, lookup 2");
    }

    @Test
    void putAndEvict() {
        instruments.rename(7, "renamed");
        assertThat(instruments.byId(7)).isEqualTo("renamed");
        instruments.forget(7);
        assertThat(instruments.byId(7)).isEqualTo("instrument 7, lookup 1");
        assertThat(instruments.byId(8)).isEqualTo("instrument 8, lookup 2");
        instruments.forgetAll();
        assertThat(engine().size()).isZero();
    }

    @Test
    void aTooLargeValueIsReturnedEachTime() {
        final int length = 1 << 19;
        assertThat(instruments.document(7, 10)).hasSize(10);
        instruments.rename(7, "x".repeat(length));
        assertThat(instruments.document(7, length)).as("the old value is gone").hasSize(length);
        assertThat(instruments.document(7, length)).hasSize(length);
        assertThat(instruments.synced(7, id -> "y".repeat(length))).hasSize(length);
        assertThat(instruments.lookups()).isEqualTo(4);
        assertThat(engine().size()).isZero();
    }

    /** Several threads at once compute a value from another value of the same cache. */
    @Test
    void nestedCallsOfOneCacheDoNotWaitForEachOther() throws Exception {
        final int threads = 8;
        final CyclicBarrier all = new CyclicBarrier(threads);
        final ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            final List<Future<String>> whole = new ArrayList<>();
            for (long t = 0; t < threads; t++) {
                final long id = t;
                whole.add(pool.submit(() -> instruments.synced(id, key -> nested(all, key))));
            }
            for (int t = 0; t < threads; t++) {
                assertThat(whole.get(t).get()).isEqualTo("whole of part " + (t + 100));
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(instruments.lookups()).isEqualTo(2 * threads);
    }

    private String nested(CyclicBarrier all, long id) {
        try {
            all.await();
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
        return "whole of " + instruments.synced(id + 100, part -> "part " + part);
    }

    @Test
    void theLeastRecentlyUsedEntryIsEvictedAtTheBound() {
        for (int id = 0; id < BOUND; id++) {
            instruments.byId(id);
        }
        instruments.byId(0);
        instruments.byId(BOUND);
        assertThat(engine().size()).isEqualTo(BOUND);
        assertThat(engine().contains(0)).as("used since").isTrue();
        assertThat(engine().contains(1)).as("the least recently used").isFalse();
    }
}
