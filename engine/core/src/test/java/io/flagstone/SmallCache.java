// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.testing.TestClock;

/** Caches so small that entries move and leave all the time, each kind in another way. */
enum SmallCache {
    TINY_SLABS(24 << 10, 1 << 10, 900),
    REBALANCING(160 << 10, 1 << 11, 1_500),
    RUNS(1 << 20, 0, 16_000),
    RECYCLING(48 << 10, 1 << 12, 60),
    SLIDING(64 << 10, 1 << 11, 300),
    FILTERED(64 << 10, 1 << 11, 700),
    EXACT(64 << 10, 1 << 11, 300),
    HANDLED(64 << 10, 1 << 11, 300),
    SEGMENTS(128 << 10, 1 << 11, 300);

    private final int bytes;
    private final int slabBytes;

    /** The longest value that random operations write. */
    final int maxValue;

    SmallCache(int bytes, int slabBytes, int maxValue) {
        this.bytes = bytes;
        this.slabBytes = slabBytes;
        this.maxValue = maxValue;
    }

    /** Returns a builder of such a cache, which takes more settings. */
    CacheBuilder builder(TestClock clock) {
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(bytes)
                        .segments(this == SEGMENTS ? 4 : 1)
                        .tickNs(1_000)
                        .promotionDistance(this == EXACT ? 0 : 0.1)
                        .rebalanceBudget(3)
                        .hashSeed(7)
                        .clock(clock);
        if (this != RUNS) {
            builder.slabBytes(slabBytes);
        }
        switch (this) {
            case SLIDING -> builder.expireAfterAccessNs(20_000);
            case FILTERED -> builder.admissionFilter(true);
            case HANDLED -> builder.removalHandler((cause, key, value) -> {});
            default -> {}
        }
        return builder;
    }
}
