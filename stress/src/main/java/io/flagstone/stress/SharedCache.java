// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The cache that the states of a test share, since there are too many states for a cache each.
 * Every state has a key of its own; what is left of old states is evicted.
 *
 * <p>Values are one digit over and over, long enough to be seen half-copied.
 */
final class SharedCache {
    static final int VALUE_BYTES = 2048;

    static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(32 << 20).segments(1).build();

    private static final AtomicLong KEYS = new AtomicLong();

    private SharedCache() {}

    /** A key that no other state has, and neither has anyone the one after it. */
    static long nextKey() {
        return KEYS.getAndAdd(2);
    }

    /** A value of a digit. */
    static UnsafeBuffer value(long digit) {
        return value(digit, VALUE_BYTES);
    }

    /** A value of a digit that is so many bytes long, a multiple of eight. */
    static UnsafeBuffer value(long digit, int length) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        for (int i = 0; i < length; i += Long.BYTES) {
            value.putLong(i, digit);
        }
        return value;
    }

    /** A key's value as {@link #digits}, or -1 if it is absent. */
    static int read(long key) {
        return read(CACHE, key);
    }

    /** A key's value in another cache as {@link #digits}, or -1 if it is absent. */
    static int read(OffHeapCache cache, long key) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[VALUE_BYTES]);
        final int length = cache.get(key, destination, 0);
        return length == OffHeapCache.NOT_FOUND ? -1 : digits(destination, length);
    }

    /** The first digit twice; if they are not all the same, the first and one that is not. */
    static int digits(UnsafeBuffer value, int length) {
        final long first = value.getLong(0);
        long other = first;
        for (int i = 0; i < length; i += Long.BYTES) {
            other = value.getLong(i) != first ? value.getLong(i) : other;
        }
        return (int) (10 * first + other);
    }
}
