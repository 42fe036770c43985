// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;

/** Builds caches of the smallest size, for tests whose states need one each. */
final class SmallCache {
    static final long KEY = 1;
    static final int LENGTH = 64;

    private SmallCache() {}

    /** Returns a new cache with one entry. */
    static OffHeapCache create() {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(10 << 10)
                        .slabBytes(1 << 10)
                        .segments(1)
                        .hashSeed(1)
                        .build();
        cache.put(KEY, SharedCache.value(1, LENGTH), 0, LENGTH);
        return cache;
    }
}
