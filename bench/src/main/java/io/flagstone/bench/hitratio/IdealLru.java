// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.OffHeapCache;

/** Exact least-recently-used order over a fixed number of entries, simulated: keys alone. */
final class IdealLru {
    private IdealLru() {}

    /** How many of the keys are found, each being put where it is not. */
    static long hits(int[] keys, long entries) {
        final IdealCache cache = new IdealCache(entries * IdealCache.BOOKKEEPING_BYTES);
        for (final int key : keys) {
            cache.request(key, 0, 0, OffHeapCache.NO_TTL, 0);
        }
        return cache.hits();
    }
}
