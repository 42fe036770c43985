// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A cache that all states of a test share, because there are too many states for one cache each.
 * Every state has its own key. The cache evicts the entries of old states.
 *
 * <p>A value repeats one digit. It is long enough that a reader can see it half-copied.
 */
final class SharedCache {
    static final int VALUE_BYTES = 2048;

    static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(32 << 20).segments(1).build();

    private static final AtomicLong KEYS = new AtomicLong();

    private SharedCache() {}

    /** Returns a key that no other state uses. No other state uses the key after it, either. */
    static long nextKey() {
        return KEYS.getAndAdd(2);
    }

    /** Returns a value that repeats the digit. */
    static UnsafeBuffer value(long digit) {
        return value(digit, VALUE_BYTES);
    }

    /** Returns a value of {@code length} bytes, a multiple of 8, that repeats the digit. */
    static UnsafeBuffer value(long digit, int length) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        for (int i = 0; i < length; i += Long.BYTES) {
            value.putLong(i, digit);
        }
        return value;
    }

    /** Returns {@link #digits} of a key's value, or -1 if the key is absent. */
    static int read(long key) {
        return read(CACHE, key);
    }

    /** Returns {@link #digits} of a key's value in any cache, or -1 if the key is absent. */
    static int read(OffHeapCache cache, long key) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[VALUE_BYTES]);
        final int length = cache.get(key, destination, 0);
        return length == OffHeapCache.NOT_FOUND ? -1 : digits(destination, length);
    }

    /** Returns the first digit twice, or the first digit and one that differs from it. */
    static int digits(UnsafeBuffer value, int length) {
        final long first = value.getLong(0);
        long other = first;
        for (int i = 0; i < length; i += Long.BYTES) {
            other = value.getLong(i) != first ? value.getLong(i) : other;
        }
        return (int) (10 * first + other);
    }
}
