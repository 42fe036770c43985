// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.OffHeapCache;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Simulates exact least-recently-used order with a bound in bytes, as a reference for caches with
 * the same budget. An entry takes its key, its value and a fixed number of bytes; nothing is
 * rounded, and only entries take memory.
 */
public final class IdealCache {
    /** The bytes of an entry in addition to its key and value. */
    public static final int BOOKKEEPING_BYTES = 48;

    private static final float LOAD_FACTOR = 0.75f;

    private final LinkedHashMap<Object, Held> held = new LinkedHashMap<>(16, LOAD_FACTOR, true);
    private final long budgetBytes;
    private long usedBytes;
    private long hits;
    private long hitBytes;

    /** An entry, without its content. */
    private record Held(long bytes, long valueBytes, long deadlineNs) {}

    /**
     * Creates an empty cache.
     *
     * @param budgetBytes the bytes that all entries together may take.
     */
    public IdealCache(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /**
     * Performs a get and, if the get misses, a put.
     *
     * @param key the key.
     * @param keyBytes the length of the key.
     * @param valueBytes the length of the value if it is put.
     * @param ttlNs the time to live in nanoseconds if it is put.
     * @param nowNs the current time in nanoseconds.
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
     * Returns how many requests hit.
     *
     * @return the number of hits.
     */
    public long hits() {
        return hits;
    }

    /**
     * Returns how many bytes the values of all hits had together.
     *
     * @return the number of bytes.
     */
    public long hitBytes() {
        return hitBytes;
    }
}
