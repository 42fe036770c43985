// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.OffHeapCache;
import org.agrona.collections.Long2LongHashMap;

/**
 * Tells why a key is missing from the deadlines of all keys written. It runs between the timed
 * operations of the cache, and only for writes and misses.
 */
final class MissClassifier {
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final Long2LongHashMap deadlines = new Long2LongHashMap(UNKNOWN);
    private long neverWritten;
    private long stale;
    private long evicted;

    /** Notes a write, or a new time to live. */
    void written(long key, long nowNs, long ttlNs) {
        final boolean endless = ttlNs == OffHeapCache.NO_TTL || ttlNs > Long.MAX_VALUE - nowNs;
        deadlines.put(key, endless ? Long.MAX_VALUE : nowNs + ttlNs);
    }

    /** Counts a miss by its cause. */
    void missed(long key, long nowNs) {
        final long deadline = deadlines.get(key);
        if (deadline == UNKNOWN) {
            neverWritten++;
        } else if (nowNs >= deadline) {
            stale++;
        } else {
            evicted++;
        }
    }

    MissCauses causes() {
        return new MissCauses(neverWritten, stale, evicted);
    }
}
