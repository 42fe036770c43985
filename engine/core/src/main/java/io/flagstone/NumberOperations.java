// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.internal.entry.EntryDescriptor.LONG_KEY;

import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;

/**
 * The operations on a {@code long} that lies in a value, in native byte order. Each is atomic. The
 * deadline stays.
 */
abstract class NumberOperations extends BufferKeyWrites {
    NumberOperations(Segment[] segments, SegmentConfig config) {
        super(segments, config);
    }

    /**
     * Reads eight bytes of a value. A hit is a use. Takes a lock no more often than a get.
     *
     * @param key the key.
     * @param valueIndex where in the value.
     * @param missing what to return if the key is absent.
     * @return the number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long getLong(long key, int valueIndex, long missing) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return reader().getLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, missing);
    }

    /**
     * Writes eight bytes of a value. A use. The value keeps its length.
     *
     * @param key the key.
     * @param valueIndex where in the value.
     * @param number what to write.
     * @return whether the key was present.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putLong(long key, int valueIndex, long number) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return segment(hash).putLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, number);
    }

    /**
     * Writes eight bytes of a value if they hold the expected number. A success is a use.
     *
     * @param key the key.
     * @param valueIndex where in the value.
     * @param expected the expected number.
     * @param number what to write.
     * @return whether the number was written; false if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSetLong(long key, int valueIndex, long expected, long number) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return segment(hash)
                .compareAndSetLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, expected, number);
    }

    /**
     * Adds to eight bytes of a value, and returns the old number. A use.
     *
     * @param key the key.
     * @param valueIndex where in the value.
     * @param delta what to add; the sum wraps.
     * @param missing what to return if the key is absent.
     * @return the number before, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long getAndAddLong(long key, int valueIndex, long delta, long missing) {
        // Sums wrap, so the difference is exact also for the key that is absent.
        return addAndGetLong(key, valueIndex, delta, missing + delta) - delta;
    }

    /**
     * Adds to eight bytes of a value, and returns the sum. A use.
     *
     * @param key the key.
     * @param valueIndex where in the value.
     * @param delta what to add; the sum wraps.
     * @param missing what to return if the key is absent.
     * @return the sum, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long addAndGetLong(long key, int valueIndex, long delta, long missing) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return segment(hash)
                .addAndGetLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, delta, missing);
    }

    /**
     * Reads eight bytes of a value. A hit is a use. Takes a lock no more often than a get.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param missing what to return if the key is absent.
     * @return the number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long getLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long missing) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return getLong(copy.buffer(), 0, keyLength, valueIndex, missing);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        checkIndex(valueIndex);
        final long hash = hash(base, address, keyLength);
        return alive(
                reader().getLong(hash, base, address, keyLength, valueIndex, missing), owner, null);
    }

    /**
     * Writes eight bytes of a value. A use. The value keeps its length.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param number what to write.
     * @return whether the key was present.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long number) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return putLong(copy.buffer(), 0, keyLength, valueIndex, number);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        checkIndex(valueIndex);
        final long hash = hash(base, address, keyLength);
        return alive(
                segment(hash).putLong(hash, base, address, keyLength, valueIndex, number),
                owner,
                null);
    }

    /**
     * Writes eight bytes of a value if they hold the expected number. A success is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param expected the expected number.
     * @param number what to write.
     * @return whether the number was written; false if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSetLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long expected,
            long number) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return compareAndSetLong(copy.buffer(), 0, keyLength, valueIndex, expected, number);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        checkIndex(valueIndex);
        final long hash = hash(base, address, keyLength);
        return alive(
                segment(hash)
                        .compareAndSetLong(
                                hash, base, address, keyLength, valueIndex, expected, number),
                owner,
                null);
    }

    /**
     * Adds to eight bytes of a value, and returns the old number. A use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param delta what to add; the sum wraps.
     * @param missing what to return if the key is absent.
     * @return the number before, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long getAndAddLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        // Sums wrap, so the difference is exact also for the key that is absent.
        return addAndGetLong(key, keyOffset, keyLength, valueIndex, delta, missing + delta) - delta;
    }

    /**
     * Adds to eight bytes of a value, and returns the sum. A use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param delta what to add; the sum wraps.
     * @param missing what to return if the key is absent.
     * @return the sum, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long addAndGetLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return addAndGetLong(copy.buffer(), 0, keyLength, valueIndex, delta, missing);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        checkIndex(valueIndex);
        final long hash = hash(base, address, keyLength);
        return alive(
                segment(hash)
                        .addAndGetLong(hash, base, address, keyLength, valueIndex, delta, missing),
                owner,
                null);
    }
}
