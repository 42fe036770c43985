package io.flagstone.bench.replay;

import io.flagstone.OffHeapCache;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Exact least-recently-used order with a bound in bytes, simulated: an entry takes key, value and a
 * fixed number of bytes, nothing is rounded, and no memory is anybody's but an entry's. What a
 * cache of the same budget can be held against.
 */
final class IdealCache {
    /** What keeping an entry costs beside its key and value. */
    static final int BOOKKEEPING_BYTES = 48;

    private static final float LOAD_FACTOR = 0.75f;

    private final LinkedHashMap<Object, Held> held = new LinkedHashMap<>(16, LOAD_FACTOR, true);
    private final long budgetBytes;
    private long usedBytes;
    private long hits;
    private long hitBytes;

    /** What is known of an entry. */
    private record Held(long bytes, long valueBytes, long deadlineNs) {}

    IdealCache(long budgetBytes) {
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
    void request(Object key, int keyBytes, long valueBytes, long ttlNs, long nowNs) {
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

    long hits() {
        return hits;
    }

    long hitBytes() {
        return hitBytes;
    }
}
