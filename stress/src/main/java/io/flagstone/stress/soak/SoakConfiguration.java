// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The settings of one cache, and of the keys and values that go into it.
 *
 * @param name the name on the command line.
 * @param cache the settings of the cache's builder.
 * @param manualClock whether the threads advance the clock, instead of the machine.
 * @param keys the number of keys that the threads own together.
 * @param maxKeyBytes the length of the longest key.
 * @param maxValueBytes the length of the longest value.
 * @param waves whether value lengths change in waves, so that slabs change their size class.
 */
record SoakConfiguration(
        String name,
        CacheSettings cache,
        boolean manualClock,
        int keys,
        int maxKeyBytes,
        int maxValueBytes,
        boolean waves) {

    /** The largest number of keys in any configuration. */
    static final int MAX_KEYS = 16_384;

    /** The length of the longest value in any configuration. */
    static final int MAX_VALUE_BYTES = 48 << 10;

    /** The length of the longest key in any configuration. */
    static final int MAX_KEY_BYTES = 512;

    private static final long NO_TTL = OffHeapCache.NO_TTL;
    private static final long UNBOUNDED = Long.MAX_VALUE;

    /** All configurations, in the order in which they run. */
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
     * @param memoryBytes the memory budget.
     * @param maxEntries the largest number of entries, or {@link #UNBOUNDED}.
     * @param segments the number of segments.
     * @param slabBytes the size of a slab.
     * @param promotionDistance the promotion distance, 0 for exact LRU order.
     * @param tickNs the timing wheel's tick.
     * @param defaultTtlNs the time to live of values that are put without one.
     * @param expireAfterAccessNs the time without a use after which such values expire.
     * @param rebalanceBudget the largest number of entries that one write moves.
     * @param admissionFilter whether the cache has an admission filter.
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

        /** The default of the cache's builder. */
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

    /** Returns whether uses renew the deadline of values that are put without a time to live. */
    boolean sliding() {
        return cache.expireAfterAccessNs() != NO_TTL;
    }

    /** Returns a value length for random bits. Most lengths are short. */
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
