// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.OffHeapCache;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Exact least-recently-used order with a bound in bytes, simulated: an entry takes key, value and a
 * fixed number of bytes, nothing is rounded, and no memory is anybody's but an entry's. What a
 * cache of the same budget can be held against.
 */
public final class IdealCache {
    /** What keeping an entry costs beside its key and value. */
    public static final int BOOKKEEPING_BYTES = 48;

    private static final float LOAD_FACTOR = 0.75f;

    private final LinkedHashMap<Object, Held> held = new LinkedHashMap<>(16, LOAD_FACTOR, true);
    private final long budgetBytes;
    private long usedBytes;
    private long hits;
    private long hitBytes;

    /** What is known of an entry. */
    private record Held(long bytes, long valueBytes, long deadlineNs) {}

    /**
     * An empty cache.
     *
     * @param budgetBytes what its entries may take together.
     */
    public IdealCache(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /**
     * A get and, where it misses, a put.
     *
     * @param key the key.
     * @param keyBytes its length.
     * @param valueBytes the value's length, if it is put.
     * @param ttlNs its time to live.
     * @param nowNs the time.
     */
    public void request(Object key, int keyBytes, long valueBytes, long ttlNs, long nowNs) {
        final Held found = held.get(key);
        if (found != null && nowNs < found.deadlineNs) {
            hits++;
            hitBytes += found.valueBytes;
            return;
        }
        final long bytes = keyBytes + valueBytes + BOOKKEEPING_BYTES;
        if (found != null) {
            held.remove(key);
            usedBytes -= found.bytes;
        }
        if (bytes > budgetBytes) {
            return;
        }
        final long deadlineNs =
                ttlNs == OffHeapCache.NO_TTL || ttlNs >= Long.MAX_VALUE - nowNs
                        ? Long.MAX_VALUE
                        : nowNs + ttlNs;
        held.put(key, new Held(bytes, valueBytes, deadlineNs));
        usedBytes += bytes;
        final Iterator<Map.Entry<Object, Held>> eldest = held.entrySet().iterator();
        while (usedBytes > budgetBytes) {
            usedBytes -= eldest.next().getValue().bytes;
            eldest.remove();
        }
    }

    /**
     * The requests that found a value.
     *
     * @return how many.
     */
    public long hits() {
        return hits;
    }

    /**
     * The bytes of those values.
     *
     * @return how many.
     */
    public long hitBytes() {
        return hitBytes;
    }
}
