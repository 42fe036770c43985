package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The cache that the states of a test share, since there are too many states for a cache each.
 * Every state has a key of its own; what is left of old states is evicted.
 */
final class SharedCache {
    static final int VALUE_BYTES = 2048;

    static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(32 << 20).segments(1).build();

    private static final AtomicLong KEYS = new AtomicLong();

    private SharedCache() {}

    /** A key that no other state has. */
    static long nextKey() {
        return KEYS.getAndAdd(2);
    }

    /** A value with the same word at both ends, long enough to be seen half-copied. */
    static UnsafeBuffer value(long word) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        value.putLong(0, word);
        value.putLong(VALUE_BYTES - Long.BYTES, word);
        return value;
    }

    /** The words at both ends of a key's value in one number, -1 if it is absent. */
    static int read(long key) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[VALUE_BYTES]);
        return CACHE.get(key, destination, 0) == OffHeapCache.NOT_FOUND
                ? -1
                : (int)
                        (10 * destination.getLong(0)
                                + destination.getLong(VALUE_BYTES - Long.BYTES));
    }
}
