// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hit ratios with and without the admission filter, on traces that suit one or the other. */
@Tag("any-jdk")
class AdmissionTest {
    private static final int ENTRIES = 512;

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[256]);

    @BeforeAll
    static void printSeed() {
        System.out.println("AdmissionTest: -Dflagstone.test.seed=" + TestSupport.seed());
    }

    private double hitRatio(
            boolean filtered, double distance, int requests, IntToLongFunction keys) {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .maxEntries(ENTRIES)
                        .segments(1)
                        .promotionDistance(distance)
                        .admissionFilter(filtered)
                        .build()) {
            int hits = 0;
            for (int i = 0; i < requests; i++) {
                final long key = keys.applyAsLong(i);
                if (cache.get(key, value, 0) >= 0) {
                    hits++;
                } else {
                    cache.put(key, value, 0, 64);
                    assertThat(cache.contains(key)).as("the key that was just put").isTrue();
                }
            }
            TestSupport.assertClean(cache);
            assertThat(cache.size()).isEqualTo(ENTRIES);
            return (double) hits / requests;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.0625})
    void aLoopLargerThanTheCacheHasHits(double distance) {
        final IntToLongFunction loop = i -> i % (2 * ENTRIES);
        assertThat(hitRatio(false, distance, 200_000, loop)).isZero();
        assertThat(hitRatio(true, distance, 200_000, loop)).isGreaterThan(0.2);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.0625})
    void scansDoNotEvictPopularKeys(double distance) {
        final long[] trace = new long[400_000];
        long scanned = 1L << 40;
        for (int i = 0; i < trace.length; i++) {
            final boolean scan = i / ENTRIES % 4 == 3;
            trace[i] = scan ? scanned++ : (long) (20_000 * Math.pow(random.nextDouble(), 8));
        }
        final double lru = hitRatio(false, distance, trace.length, i -> trace[i]);
        assertThat(hitRatio(true, distance, trace.length, i -> trace[i]))
                .as("seed %d, LRU %.4f", TestSupport.seed(), lru)
                .isGreaterThan(lru + 0.05);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.0625})
    void theFilterNearlyMatchesLruWhereRecentKeysRepeat(double distance) {
        final long[] trace = new long[400_000];
        for (int i = 0; i < trace.length; i++) {
            trace[i] = i / 4 - (long) (1.2 * ENTRIES * Math.pow(random.nextDouble(), 2));
        }
        final double lru = hitRatio(false, distance, trace.length, i -> trace[i]);
        assertThat(hitRatio(true, distance, trace.length, i -> trace[i]))
                .as("seed %d, LRU %.4f", TestSupport.seed(), lru)
                .isGreaterThan(lru - 0.01);
    }

    @Test
    void aMultiGetHitCountsForAdmission() {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .maxEntries(ENTRIES)
                        .segments(1)
                        .admissionFilter(true)
                        .build()) {
            final MultiGet batch = new MultiGet(1);
            cache.put(-1, value, 0, 64);
            for (long key = 0; key < 20 * ENTRIES; key++) {
                batch.clear();
                batch.add(-1);
                assertThat(cache.get(batch, value, 0)).isEqualTo(1);
                cache.put(key, value, 0, 64);
            }
            TestSupport.assertClean(cache);
        }
    }
}
