// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.ratio;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import java.util.Arrays;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures how much longer a put takes while slabs move between size classes. Both sides put values
 * of two sizes into a full cache, in the same numbers. One side mixes the sizes, so each class
 * keeps its slabs. The other puts blocks of one size, so each block moves all memory to its class.
 * The sides alternate.
 */
public final class RebalancingLatency {
    private static final int[] VALUE_BYTES = {100, 1_500};
    private static final long MEMORY_BYTES = 64 << 20;
    private static final int ROUNDS = 9;
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99};
    private static final int DIGITS = 3;
    private static final long HIGHEST_NS = 1_000_000_000;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES[1]]);
    private final OffHeapCache cache = OffHeapCache.builder().memoryBytes(MEMORY_BYTES).build();
    private long nextKey;

    private RebalancingLatency() {}

    /**
     * Measures and prints the latencies of both sides and their ratios.
     *
     * @param args ignored.
     */
    public static void main(String[] args) {
        final RebalancingLatency mixed = new RebalancingLatency();
        final RebalancingLatency shifting = new RebalancingLatency();
        final double[][] ratios = new double[PERCENTILES.length][ROUNDS];
        PairedRun.printMachine();
        for (int round = -2; round < ROUNDS; round++) {
            final Histogram without = mixed.round(false);
            final Histogram during = shifting.round(true);
            for (int i = 0; i < PERCENTILES.length && round >= 0; i++) {
                final double percentile = PERCENTILES[i];
                ratios[i][round] =
                        (double) during.getValueAtPercentile(percentile)
                                / without.getValueAtPercentile(percentile);
                System.out.printf(
                        Locale.ROOT,
                        "round %d, p%-6s %,9d ns without, %,9d ns during, max %,d and %,d%n",
                        round,
                        percentile,
                        without.getValueAtPercentile(percentile),
                        during.getValueAtPercentile(percentile),
                        without.getMaxValue(),
                        during.getMaxValue());
            }
        }
        for (int i = 0; i < PERCENTILES.length; i++) {
            Arrays.sort(ratios[i]);
            System.out.printf(
                    Locale.ROOT,
                    "p%-6s during / without: median %.2f (%.2f to %.2f)%n",
                    PERCENTILES[i],
                    ratios[i][ROUNDS / 2],
                    ratios[i][0],
                    ratios[i][ROUNDS - 1]);
        }
        print("without", mixed.cache.statistics());
        print("during", shifting.cache.statistics());
        mixed.cache.close();
        shifting.cache.close();
    }

    private static void print(String side, CacheStatistics statistics) {
        System.out.printf(
                Locale.ROOT,
                "%s: %,d puts, %,d entries moved, %,d slabs reassigned%n",
                side,
                statistics.puts(),
                statistics.moves(),
                statistics.slabReassignments());
    }

    /** Puts enough values of each size to fill the cache with that size alone. */
    private Histogram round(boolean inBlocks) {
        final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
        final int small = (int) (MEMORY_BYTES / VALUE_BYTES[0]);
        final int large = (int) (MEMORY_BYTES / VALUE_BYTES[1]);
        final int every = small / large;
        for (int i = 0; i < small; i++) {
            put(histogram, VALUE_BYTES[0]);
            if (!inBlocks && i % every == 0) {
                put(histogram, VALUE_BYTES[1]);
            }
        }
        for (int i = 0; inBlocks && i < large; i++) {
            put(histogram, VALUE_BYTES[1]);
        }
        return histogram;
    }

    private void put(Histogram histogram, int length) {
        final long begin = System.nanoTime();
        cache.put(nextKey++, value, 0, length);
        histogram.recordValue(Math.min(HIGHEST_NS, System.nanoTime() - begin));
    }
}
