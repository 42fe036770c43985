// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;

/** Builds caches of the smallest size, for tests whose states need one each. */
final class SmallCache {
    static final long KEY = 1;
    static final int LENGTH = 64;

    private SmallCache() {}

    /** Returns a builder of a cache without entries, which takes more settings. */
    static CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(10 << 10)
                .slabBytes(1 << 10)
                .segments(1)
                .hashSeed(1);
    }

    /** Puts a value of a length so that the next put of this key and length is in place. */
    static void putFirst(OffHeapCache cache, long key, int length) {
        cache.put(key, SharedCache.value(1, length), 0, length);
        // Not an insertion: after one, a put takes the lock.
        cache.put(key, SharedCache.value(1, length), 0, length - Long.BYTES);
        cache.put(key, SharedCache.value(1, length), 0, length);
    }

    /** Returns a new cache with one entry. */
    static OffHeapCache create() {
        final OffHeapCache cache = builder().build();
        cache.put(KEY, SharedCache.value(1, LENGTH), 0, LENGTH);
        return cache;
    }
}
