package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The cache that the states of a test share, since there are too many states for a cache each.
 * Every state has a key of its own; what is left of old states is evicted.
 */
final class SharedCache {
    static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(32 << 20).segments(1).build();

    private static final AtomicLong KEYS = new AtomicLong();

    private SharedCache() {}

    /** A key that no other state has. */
    static long nextKey() {
        return KEYS.getAndAdd(2);
    }

    /** A value of two equal words. */
    static UnsafeBuffer twice(long word) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[2 * Long.BYTES]);
        value.putLong(0, word);
        value.putLong(Long.BYTES, word);
        return value;
    }

    /** The two words of a key's value in one number, -1 if it is absent. */
    static int read(long key) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[2 * Long.BYTES]);
        return CACHE.get(key, destination, 0) == OffHeapCache.NOT_FOUND
                ? -1
                : (int) (10 * destination.getLong(0) + destination.getLong(Long.BYTES));
    }
}
