// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.internal.entry.EntryDescriptor.LONG_KEY;

import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;

/**
 * The operations on a {@code long} inside a value, in native byte order. Each is atomic, and keeps
 * a deadline that does not slide.
 */
abstract class NumberOperations extends BufferKeyWrites {
    NumberOperations(Segment[] segments, SegmentConfig config) {
        super(segments, config);
    }

    /**
     * Returns the {@code long} at an index of a value. A hit is a use. Takes a lock only when
     * {@code get} does.
     *
     * @param key the key.
     * @param valueIndex the index in the value, in bytes.
     * @param missing the result if the key is absent.
     * @return the number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long getLong(long key, int valueIndex, long missing) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return reader().getLong(hash, key, valueIndex, missing);
    }

    /**
     * Writes a {@code long} at an index of a value. The value keeps its length. This is a use.
     *
     * @param key the key.
     * @param valueIndex the index in the value, in bytes.
     * @param number the number to write.
     * @return whether the key was present.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean putLong(long key, int valueIndex, long number) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return writable(hash).putLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, number);
    }

    /**
     * Replaces the {@code long} at an index of a value if it is the expected number. A success is a
     * use.
     *
     * @param key the key.
     * @param valueIndex the index in the value, in bytes.
     * @param expected the expected number.
     * @param number the number to write.
     * @return whether the number was written; false if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean compareAndSetLong(long key, int valueIndex, long expected, long number) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return writable(hash)
                .compareAndSetLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, expected, number);
    }

    /**
     * Adds to the {@code long} at an index of a value, and returns the old number. This is a use.
     *
     * @param key the key.
     * @param valueIndex the index in the value, in bytes.
     * @param delta the number to add; the sum wraps.
     * @param missing the result if the key is absent.
     * @return the old number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long getAndAddLong(long key, int valueIndex, long delta, long missing) {
        // Sums wrap, so the difference is exact for an absent key too.
        return addAndGetLong(key, valueIndex, delta, missing + delta) - delta;
    }

    /**
     * Adds to the {@code long} at an index of a value, and returns the sum. This is a use.
     *
     * @param key the key.
     * @param valueIndex the index in the value, in bytes.
     * @param delta the number to add; the sum wraps.
     * @param missing the result if the key is absent.
     * @return the sum, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long addAndGetLong(long key, int valueIndex, long delta, long missing) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return writable(hash)
                .addAndGetLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, delta, missing);
    }

    /**
     * Returns the {@code long} at an index of a value. A hit is a use. Takes a lock only when
     * {@code get} does.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueIndex the index in the value, in bytes.
     * @param missing the result if the key is absent.
     * @return the number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
     * Writes a {@code long} at an index of a value. The value keeps its length. This is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueIndex the index in the value, in bytes.
     * @param number the number to write.
     * @return whether the key was present.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
                writable(hash).putLong(hash, base, address, keyLength, valueIndex, number),
                owner,
                null);
    }

    /**
     * Replaces the {@code long} at an index of a value if it is the expected number. A success is a
     * use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueIndex the index in the value, in bytes.
     * @param expected the expected number.
     * @param number the number to write.
     * @return whether the number was written; false if the key is absent.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
                writable(hash)
                        .compareAndSetLong(
                                hash, base, address, keyLength, valueIndex, expected, number),
                owner,
                null);
    }

    /**
     * Adds to the {@code long} at an index of a value, and returns the old number. This is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueIndex the index in the value, in bytes.
     * @param delta the number to add; the sum wraps.
     * @param missing the result if the key is absent.
     * @return the old number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long getAndAddLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        // Sums wrap, so the difference is exact for an absent key too.
        return addAndGetLong(key, keyOffset, keyLength, valueIndex, delta, missing + delta) - delta;
    }

    /**
     * Adds to the {@code long} at an index of a value, and returns the sum. This is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueIndex the index in the value, in bytes.
     * @param delta the number to add; the sum wraps.
     * @param missing the result if the key is absent.
     * @return the sum, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index; the
     *     value is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
                writable(hash)
                        .addAndGetLong(hash, base, address, keyLength, valueIndex, delta, missing),
                owner,
                null);
    }
}
