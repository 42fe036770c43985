// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One of the caches that take turns, and the keys and values that go into it.
 *
 * @param name what it is called on the command line.
 * @param cache its builder's settings.
 * @param driven whether the clock is moved by the threads instead of by the machine.
 * @param keys how many keys the threads own together.
 * @param maxKeyBytes the longest key.
 * @param maxValueBytes the longest value.
 * @param waves whether the sizes written change in waves, so that slabs change class.
 */
record SoakConfiguration(
        String name,
        CacheSettings cache,
        boolean manualClock,
        int keys,
        int maxKeyBytes,
        int maxValueBytes,
        boolean waves) {

    /** The most keys, for what is laid out once. */
    static final int MAX_KEYS = 16_384;

    /** The longest value of any configuration. */
    static final int MAX_VALUE_BYTES = 48 << 10;

    /** The longest key of any configuration. */
    static final int MAX_KEY_BYTES = 512;

    private static final long NO_TTL = OffHeapCache.NO_TTL;
    private static final long UNBOUNDED = Long.MAX_VALUE;

    /** In the order in which they take turns. */
    static final List<SoakConfiguration> ALL =
            List.of(
                    new SoakConfiguration(
                            "exact",
                            new CacheSettings(2 << 20, 3000, 1, 1 << 14, 0, ms(1), NO_TTL, NO_TTL),
                            true,
                            8192,
                            100,
                            600,
                            false),
                    new SoakConfiguration(
                            "relaxed",
                            new CacheSettings(
                                    4 << 20, UNBOUNDED, 4, 1 << 14, 0.0625, ms(1), NO_TTL, NO_TTL),
                            false,
                            MAX_KEYS,
                            200,
                            2000,
                            false),
                    new SoakConfiguration(
                            "idle",
                            new CacheSettings(
                                    1 << 19, UNBOUNDED, 2, 1 << 13, 0.0625, ms(1), NO_TTL, ms(60)),
                            true,
                            8192,
                            100,
                            1000,
                            false),
                    new SoakConfiguration(
                            "tiny-slabs",
                            new CacheSettings(
                                    256 << 10, UNBOUNDED, 1, 1 << 10, 0, us(10), NO_TTL, NO_TTL),
                            false,
                            4096,
                            40,
                            900,
                            false),
                    new SoakConfiguration(
                            "large",
                            new CacheSettings(
                                    8 << 20, UNBOUNDED, 2, 1 << 16, 0.5, ms(1), NO_TTL, NO_TTL),
                            false,
                            4096,
                            MAX_KEY_BYTES,
                            MAX_VALUE_BYTES,
                            false),
                    new SoakConfiguration(
                            "waves",
                            new CacheSettings(
                                    1 << 20, UNBOUNDED, 2, 1 << 12, 0.0625, us(100), NO_TTL,
                                    NO_TTL),
                            true,
                            8192,
                            40,
                            3500,
                            true),
                    new SoakConfiguration(
                            "roomy",
                            new CacheSettings(
                                    16 << 20, 4096, 4, 1 << 14, 0.0625, ms(1), ms(20), NO_TTL),
                            false,
                            1024,
                            100,
                            1000,
                            false),
                    new SoakConfiguration(
                            "idle-exact",
                            new CacheSettings(2 << 20, 2000, 4, 1 << 14, 0, us(50), NO_TTL, ms(2)),
                            false,
                            8192,
                            100,
                            1500,
                            false),
                    new SoakConfiguration(
                            "rebalancing",
                            new CacheSettings(
                                    1 << 20, UNBOUNDED, 2, 1 << 12, 0, us(100), NO_TTL, NO_TTL, 3,
                                    false),
                            false,
                            8192,
                            40,
                            3500,
                            true),
                    new SoakConfiguration(
                            "filtered",
                            new CacheSettings(
                                    1 << 20,
                                    UNBOUNDED,
                                    2,
                                    1 << 12,
                                    0.0625,
                                    us(100),
                                    NO_TTL,
                                    NO_TTL,
                                    CacheSettings.REBALANCE_BUDGET,
                                    true),
                            false,
                            8192,
                            40,
                            2000,
                            true));

    /**
     * The settings of a cache's builder.
     *
     * @param memoryBytes the budget.
     * @param maxEntries the bound in entries, {@link #UNBOUNDED} for none.
     * @param segments how many.
     * @param slabBytes the size of a slab.
     * @param promotionDistance 0 for exact order.
     * @param tickNs the timing wheel's tick.
     * @param defaultTtlNs the time to live of what is put without one.
     * @param expireAfterAccessNs the time after which the unused expires.
     * @param rebalanceBudget the entries that a write moves at most.
     * @param admissionFilter whether newcomers have to prove themselves.
     */
    record CacheSettings(
            long memoryBytes,
            long maxEntries,
            int segments,
            int slabBytes,
            double promotionDistance,
            long tickNs,
            long defaultTtlNs,
            long expireAfterAccessNs,
            int rebalanceBudget,
            boolean admissionFilter) {

        /** The default of the cache. */
        private static final int REBALANCE_BUDGET = 96;

        CacheSettings(
                long memoryBytes,
                long maxEntries,
                int segments,
                int slabBytes,
                double promotionDistance,
                long tickNs,
                long defaultTtlNs,
                long expireAfterAccessNs) {
            this(
                    memoryBytes,
                    maxEntries,
                    segments,
                    slabBytes,
                    promotionDistance,
                    tickNs,
                    defaultTtlNs,
                    expireAfterAccessNs,
                    REBALANCE_BUDGET,
                    false);
        }

        CacheBuilder builder() {
            return OffHeapCache.builder()
                    .memoryBytes(memoryBytes)
                    .maxEntries(maxEntries)
                    .segments(segments)
                    .slabBytes(slabBytes)
                    .promotionDistance(promotionDistance)
                    .tickNs(tickNs)
                    .defaultTtlNs(defaultTtlNs)
                    .expireAfterAccessNs(expireAfterAccessNs)
                    .rebalanceBudget(rebalanceBudget)
                    .admissionFilter(admissionFilter);
        }
    }

    /** Whether what is put without a time to live is renewed by uses. */
    boolean sliding() {
        return cache.expireAfterAccessNs() != NO_TTL;
    }

    /** The length of the value that random bits stand for, mostly short. */
    int valueLength(long bits, long operation) {
        final int most = maxValueBytes - ValueCodec.MIN_LENGTH;
        if (waves) {
            final int wave = (int) (operation >>> 13 & 7);
            final int band = most / 8;
            return ValueCodec.MIN_LENGTH + wave * band + bounded(bits, band);
        }
        final int magnitude =
                4 + bounded(bits >>> 40, Integer.SIZE - Integer.numberOfLeadingZeros(most) - 3);
        return ValueCodec.MIN_LENGTH + bounded(bits, Math.min(1 << magnitude, most));
    }

    private static int bounded(long bits, int bound) {
        return (int) ((bits & Integer.MAX_VALUE) % bound);
    }

    private static long ms(long count) {
        return TimeUnit.MILLISECONDS.toNanos(count);
    }

    private static long us(long count) {
        return TimeUnit.MICROSECONDS.toNanos(count);
    }
}
