// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.OffHeapCache;

/** Simulates exact least-recently-used order with a bound in entries. */
final class IdealLru {
    private IdealLru() {}

    /** Requests the keys in order and returns how many hit; a key that misses is put. */
    static long hits(int[] keys, long entries) {
        final IdealCache cache = new IdealCache(entries * IdealCache.BOOKKEEPING_BYTES);
        for (final int key : keys) {
            cache.request(key, 0, 0, OffHeapCache.NO_TTL, 0);
        }
        return cache.hits();
    }
}
