// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.grid.jcache.Bucket4jJCache;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests Bucket4j with buckets in the cache: threads get exactly the tokens of a bucket. */
@Tag("any-jdk")
@Timeout(120)
class Bucket4jTest {
    private static final int THREADS = 8;

    private CacheManager manager;
    private Cache<String, byte[]> cache;
    private ProxyManager<String> buckets;

    @BeforeEach
    void open() {
        manager =
                Caching.getCachingProvider(ClientSupport.PROVIDER)
                        .getCacheManager(
                                URI.create("flagstone:bucket4j"), getClass().getClassLoader());
        cache =
                manager.createCache(
                        "buckets",
                        new MutableConfiguration<String, byte[]>()
                                .setTypes(String.class, byte[].class));
        buckets = Bucket4jJCache.entryProcessorBasedBuilder(cache).build();
    }

    @AfterEach
    void auditAndClose() {
        ClientSupport.assertClean(manager);
        manager.close();
    }

    /** Returns a limit that refills its first token after years. */
    private static BucketConfiguration limit(long capacity) {
        return BucketConfiguration.builder()
                .addLimit(
                        bandwidth ->
                                bandwidth
                                        .capacity(capacity)
                                        .refillIntervally(1, Duration.ofDays(10_000)))
                .build();
    }

    private Bucket bucket(String key, long capacity) {
        return buckets.builder().build(key, () -> limit(capacity));
    }

    @Test
    void threadsShareExactlyTheCapacity() throws Exception {
        final int capacity = 4_000;
        final List<Integer> granted =
                ClientSupport.onThreads(
                        THREADS,
                        thread -> {
                            final Bucket bucket = bucket("one", capacity);
                            int tokens = 0;
                            for (int i = 0; i < capacity; i++) {
                                tokens += bucket.tryConsume(1) ? 1 : 0;
                            }
                            return tokens;
                        });
        assertThat(granted.stream().mapToInt(Integer::intValue).sum()).isEqualTo(capacity);
        assertThat(bucket("one", capacity).getAvailableTokens()).isZero();
        assertThat(engine().size()).as("the bucket is an entry").isOne();
    }

    @Test
    void threadsShareSeveralBuckets() throws Exception {
        final int number = 100;
        final int capacity = 50;
        final List<long[]> granted =
                ClientSupport.onThreads(
                        THREADS,
                        thread -> {
                            final long[] tokens = new long[number];
                            for (int round = 0; round < capacity; round++) {
                                for (int i = 0; i < number; i++) {
                                    // Each thread starts at another bucket and creates a new proxy
                                    // each time.
                                    final int key = (i + thread * 13) % number;
                                    final Bucket bucket = bucket("bucket " + key, capacity + key);
                                    tokens[key] +=
                                            bucket.tryConsumeAsMuchAsPossible(1 + thread % 3);
                                }
                            }
                            return tokens;
                        });
        for (int i = 0; i < number; i++) {
            final int key = i;
            assertThat(granted.stream().mapToLong(tokens -> tokens[key]).sum())
                    .as("bucket " + key)
                    .isEqualTo(capacity + key);
        }
        assertThat(engine().size()).isEqualTo(number);
    }

    /** Threads consume and return tokens; afterwards the bucket is full. */
    @Test
    void returnedTokensAreAvailableAgain() throws Exception {
        final int capacity = 16;
        final AtomicLong most = new AtomicLong();
        final AtomicLong held = new AtomicLong();
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    final Bucket bucket = bucket("returned", capacity);
                    for (int i = 0; i < 500; i++) {
                        if (bucket.tryConsume(3)) {
                            most.accumulateAndGet(held.addAndGet(3), Math::max);
                            held.addAndGet(-3);
                            bucket.addTokens(3);
                        }
                    }
                    return null;
                });
        assertThat(most.get()).as("held at once").isBetween(3L, (long) capacity);
        assertThat(bucket("returned", capacity).getAvailableTokens()).isEqualTo(capacity);
    }

    @Test
    void aProbeReturnsTheRemainingTokensAndARemovedBucketIsFullAgain() {
        assertThat(
                        LongStream.range(0, 5)
                                .mapToObj(i -> probe())
                                .map(ConsumptionProbe::getRemainingTokens))
                .containsExactly(8L, 6L, 4L, 2L, 0L);
        assertThat(probe().isConsumed()).isFalse();
        assertThat(buckets.getProxyConfiguration("probed")).contains(limit(10));

        buckets.removeProxy("probed");
        assertThat(cache.containsKey("probed")).isFalse();
        assertThat(buckets.getProxyConfiguration("probed")).isEmpty();
        assertThat(probe().getRemainingTokens()).isEqualTo(8);
    }

    private ConsumptionProbe probe() {
        return bucket("probed", 10).tryConsumeAndReturnRemaining(2);
    }

    private OffHeapCache engine() {
        return cache.unwrap(OffHeapCache.class);
    }
}
