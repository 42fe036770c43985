// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.PutCondition;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;

/** The operations on keys in a buffer that take a value to write or to compare. */
abstract class BufferKeyWrites extends BufferKeyOperations {
    BufferKeyWrites(Segment[] segments, SegmentConfig config) {
        super(segments, config);
    }

    /**
     * Writes a value with the default time to live, whether or not the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return put(key, keyOffset, keyLength, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live, whether or not the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return write(
                PutCondition.ALWAYS,
                key,
                keyOffset,
                keyLength,
                value,
                valueOffset,
                valueLength,
                ttlNs);
    }

    /**
     * Lets a writer write a value directly into the cache's memory, whether or not the key is
     * present. The writer gets {@code valueLength} zero bytes, and may read and write them. It runs
     * under the segment's lock. Until it returns, other threads read the old value, if there is
     * one.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @param writer called once, unless the value is too large. If it throws, nothing is put. An
     *     old value stays, unless it was evicted to make room.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueLength,
            long ttlNs,
            ValueUpdater writer) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return put(copy.buffer(), 0, keyLength, valueLength, ttlNs, writer);
            }
        }
        checkKey(key, keyOffset, keyLength);
        checkValueLength(valueLength);
        checkTtl(ttlNs);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        final long lengths = EntryLengths.of(keyLength, valueLength);
        return alive(writable(hash).put(hash, base, address, lengths, ttlNs, writer), owner, null);
    }

    /**
     * Writes a value with the default time to live if the key is absent. If the key is present,
     * this is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean putIfAbsent(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return putIfAbsent(key, keyOffset, keyLength, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live if the key is absent. If the key is present, this
     * is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean putIfAbsent(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return write(
                PutCondition.IF_ABSENT,
                key,
                keyOffset,
                keyLength,
                value,
                valueOffset,
                valueLength,
                ttlNs);
    }

    /**
     * Writes a value with the default time to live if the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return replace(key, keyOffset, keyLength, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live if the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return write(
                PutCondition.IF_PRESENT,
                key,
                keyOffset,
                keyLength,
                value,
                valueOffset,
                valueLength,
                ttlNs);
    }

    final boolean write(
            long condition,
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return write(
                        condition,
                        copy.buffer(),
                        0,
                        keyLength,
                        value,
                        valueOffset,
                        valueLength,
                        ttlNs);
            }
        }
        checkKey(key, keyOffset, keyLength);
        if (MappedCopy.isNeeded(value)) {
            try (MappedCopy copy = copyOfValue(keyLength, value, valueOffset, valueLength)) {
                return write(
                        condition, key, keyOffset, keyLength, copy.buffer(), 0, valueLength, ttlNs);
            }
        }
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        final byte[] keyBase = key.byteArray();
        final long keyAddress = at(key, keyOffset);
        final Object keyOwner = RawMemory.owner(key);
        final byte[] base = value.byteArray();
        final long address = at(value, valueOffset);
        final Object owner = RawMemory.owner(value);
        final long hash = hash(keyBase, keyAddress, keyLength);
        return alive(
                writable(hash)
                        .put(
                                condition,
                                hash,
                                keyBase,
                                keyAddress,
                                EntryLengths.of(keyLength, valueLength),
                                base,
                                address,
                                ttlNs),
                keyOwner,
                owner);
    }

    /**
     * Replaces a value atomically if it has the expected bytes. Keeps the deadline. A success is a
     * use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param expected a buffer that holds exactly the expected value; to compare with part of a
     *     longer buffer, wrap a flyweight around that part.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean compareAndSet(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return compareAndSet(
                key, keyOffset, keyLength, expected, value, valueOffset, valueLength, KEEP_TTL);
    }

    /**
     * Replaces a value atomically if it has the expected bytes, and sets the given time to live. A
     * success is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param expected a buffer that holds exactly the expected value; to compare with part of a
     *     longer buffer, wrap a flyweight around that part.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean compareAndSet(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return compareAndSet(
                        copy.buffer(),
                        0,
                        keyLength,
                        expected,
                        value,
                        valueOffset,
                        valueLength,
                        ttlNs);
            }
        }
        checkKey(key, keyOffset, keyLength);
        if (MappedCopy.isNeeded(expected)) {
            final int length = expected.capacity();
            try (MappedCopy copy = copyOfExpected(expected, 0, length)) {
                final DirectBuffer view = copy.view(length);
                return compareAndSet(
                        key, keyOffset, keyLength, view, value, valueOffset, valueLength, ttlNs);
            }
        }
        if (MappedCopy.isNeeded(value)) {
            try (MappedCopy copy = copyOfValue(keyLength, value, valueOffset, valueLength)) {
                return compareAndSet(
                        key, keyOffset, keyLength, expected, copy.buffer(), 0, valueLength, ttlNs);
            }
        }
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        final byte[] keyBase = key.byteArray();
        final long keyAddress = at(key, keyOffset);
        final Object keyOwner = RawMemory.owner(key);
        final Object expectedOwner = RawMemory.owner(expected);
        final byte[] base = value.byteArray();
        final long address = at(value, valueOffset);
        final Object owner = RawMemory.owner(value);
        final long hash = hash(keyBase, keyAddress, keyLength);
        final long lengths = EntryLengths.of(keyLength, valueLength);
        return alive(
                writable(hash)
                        .compareAndSet(
                                hash, keyBase, keyAddress, lengths, expected, base, address, ttlNs),
                keyOwner,
                expectedOwner,
                owner);
    }

    /**
     * Removes a key atomically if its value has the expected bytes.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param expected the buffer of the expected value.
     * @param expectedOffset the offset of the expected value in its buffer.
     * @param expectedLength the length of the expected value in bytes, 0 or more.
     * @return whether the key was removed.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean removeIfEqual(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return removeIfEqual(
                        copy.buffer(), 0, keyLength, expected, expectedOffset, expectedLength);
            }
        }
        checkKey(key, keyOffset, keyLength);
        if (MappedCopy.isNeeded(expected)) {
            try (MappedCopy copy = copyOfExpected(expected, expectedOffset, expectedLength)) {
                return removeIfEqual(key, keyOffset, keyLength, copy.buffer(), 0, expectedLength);
            }
        }
        checkValue(expected, expectedOffset, expectedLength);
        final byte[] keyBase = key.byteArray();
        final long keyAddress = at(key, keyOffset);
        final Object keyOwner = RawMemory.owner(key);
        final byte[] base = expected.byteArray();
        final long address = at(expected, expectedOffset);
        final Object owner = RawMemory.owner(expected);
        final long hash = hash(keyBase, keyAddress, keyLength);
        return alive(
                writable(hash)
                        .removeIfEqual(
                                hash,
                                keyBase,
                                keyAddress,
                                keyLength,
                                base,
                                address,
                                expectedLength),
                keyOwner,
                owner);
    }
}
