// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.internal.entry.EntryDescriptor.LONG_KEY;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.PutCondition;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The operations on {@code long} keys. */
abstract class LongKeyOperations extends SegmentedCache {
    LongKeyOperations(Segment[] segments, SegmentConfig config) {
        super(segments, config);
    }

    /**
     * Copies the value of a key into a buffer. A hit is a use. Takes a lock only to move the entry
     * in the order of use, if it is the first to find the entry expired, or if writers disturb it
     * repeatedly.
     *
     * <p>If the result is negative, the destination's bytes from the offset on are undefined: an
     * attempt that a writer disturbed may have written to them.
     *
     * @param key the key.
     * @param destination receives the value; the room is its capacity from the offset on.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int get(long key, MutableDirectBuffer destination, int destinationOffset) {
        return copyOut(key, destination, destinationOffset, room(destination, destinationOffset));
    }

    /**
     * Copies the value of a key into a buffer if it is at most {@code maxLength} bytes long.
     * Otherwise behaves like {@link #get(long, MutableDirectBuffer, int)}.
     *
     * @param key the key.
     * @param destination receives the value.
     * @param destinationOffset the offset at which to write.
     * @param maxLength the most bytes to copy, 0 or more; the destination must have that much room.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IndexOutOfBoundsException if the destination has less room than {@code maxLength}.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int get(
            long key, MutableDirectBuffer destination, int destinationOffset, int maxLength) {
        checkDestination(destination, destinationOffset, maxLength);
        return copyOut(key, destination, destinationOffset, maxLength);
    }

    private int copyOut(long key, MutableDirectBuffer destination, int offset, int room) {
        final byte[] base = destination.byteArray();
        final long address = at(destination, offset);
        final Object owner = RawMemory.owner(destination);
        final long hash = hash(key);
        final int length =
                MappedCopy.isNeeded(destination)
                        ? getMapped(
                                reader(),
                                hash,
                                LONG_KEY,
                                key,
                                Long.BYTES,
                                address,
                                room,
                                MappedRead.GET)
                        : reader().get(hash, key, base, address, room);
        return alive(length, owner, null);
    }

    /**
     * Copies the value of a key into a buffer. This is not a use, and is not counted as a read: it
     * leaves the order of use and sliding deadlines as they are. Takes a lock only if it is the
     * first to find the entry expired, or if writers disturb it repeatedly.
     *
     * <p>If the result is negative, the destination's bytes from the offset on are undefined.
     *
     * @param key the key.
     * @param destination receives the value; the room is its capacity from the offset on.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int peek(long key, MutableDirectBuffer destination, int destinationOffset) {
        return peek(hash(key), LONG_KEY, key, Long.BYTES, destination, destinationOffset);
    }

    /**
     * Passes the value of a key to a reader in place, without a copy. A hit is a use. Takes the
     * segment's lock.
     *
     * @param key the key.
     * @param reader called at most once, under the segment's lock.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean read(long key, ValueReader reader) {
        final long hash = hash(key);
        return segment(hash).read(hash, LONG_KEY, key, Long.BYTES, reader);
    }

    /**
     * Returns whether a key is present. This is not a use, and is not counted as a read. Takes a
     * lock only if it is the first to find the entry expired, or if writers disturb it repeatedly.
     *
     * @param key the key.
     * @return whether the key is present and has not expired.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean contains(long key) {
        final long hash = hash(key);
        return reader().contains(hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Writes a value with the default time to live, whether or not the key is present.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean put(long key, DirectBuffer value, int valueOffset, int valueLength) {
        return put(key, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live, whether or not the key is present.
     *
     * @param key the key.
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
    public boolean put(long key, DirectBuffer value, int valueOffset, int valueLength, long ttlNs) {
        return write(PutCondition.ALWAYS, key, value, valueOffset, valueLength, ttlNs);
    }

    /**
     * Lets a writer write a value directly into the cache's memory, whether or not the key is
     * present. The writer gets {@code valueLength} zero bytes, and may read and write them. It runs
     * under the segment's lock. Until it returns, other threads read the old value, if there is
     * one.
     *
     * @param key the key.
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
    public boolean put(long key, int valueLength, long ttlNs, ValueUpdater writer) {
        checkValueLength(valueLength);
        checkTtl(ttlNs);
        final long hash = hash(key);
        final long lengths = EntryLengths.of(Long.BYTES, valueLength);
        return writable(hash).put(hash, LONG_KEY, key, lengths, ttlNs, writer);
    }

    /**
     * Writes a value with the default time to live if the key is absent. If the key is present,
     * this is a use.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean putIfAbsent(long key, DirectBuffer value, int valueOffset, int valueLength) {
        return putIfAbsent(key, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live if the key is absent. If the key is present, this
     * is a use.
     *
     * @param key the key.
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
            long key, DirectBuffer value, int valueOffset, int valueLength, long ttlNs) {
        return write(PutCondition.IF_ABSENT, key, value, valueOffset, valueLength, ttlNs);
    }

    /**
     * Writes a value with the default time to live if the key is present.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean replace(long key, DirectBuffer value, int valueOffset, int valueLength) {
        return replace(key, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live if the key is present.
     *
     * @param key the key.
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
            long key, DirectBuffer value, int valueOffset, int valueLength, long ttlNs) {
        return write(PutCondition.IF_PRESENT, key, value, valueOffset, valueLength, ttlNs);
    }

    final boolean write(
            long condition, long key, DirectBuffer value, int offset, int length, long ttlNs) {
        if (MappedCopy.isNeeded(value)) {
            try (MappedCopy copy = copyOfValue(Long.BYTES, value, offset, length)) {
                return write(condition, key, copy.buffer(), 0, length, ttlNs);
            }
        }
        checkValue(value, offset, length);
        checkTtl(ttlNs);
        final byte[] base = value.byteArray();
        final long address = at(value, offset);
        final Object owner = RawMemory.owner(value);
        final long hash = hash(key);
        return alive(
                writable(hash)
                        .put(
                                condition,
                                hash,
                                LONG_KEY,
                                key,
                                EntryLengths.of(Long.BYTES, length),
                                base,
                                address,
                                ttlNs),
                owner,
                null);
    }

    /**
     * Replaces a value atomically if it has the expected bytes. Keeps the deadline. A success is a
     * use.
     *
     * @param key the key.
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
            long key, DirectBuffer expected, DirectBuffer value, int valueOffset, int valueLength) {
        return compareAndSet(key, expected, value, valueOffset, valueLength, KEEP_TTL);
    }

    /**
     * Replaces a value atomically if it has the expected bytes, and sets the given time to live. A
     * success is a use.
     *
     * @param key the key.
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
            long key,
            DirectBuffer expected,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        if (MappedCopy.isNeeded(expected)) {
            final int length = expected.capacity();
            try (MappedCopy copy = copyOfExpected(expected, 0, length)) {
                final DirectBuffer view = copy.view(length);
                return compareAndSet(key, view, value, valueOffset, valueLength, ttlNs);
            }
        }
        if (MappedCopy.isNeeded(value)) {
            try (MappedCopy copy = copyOfValue(Long.BYTES, value, valueOffset, valueLength)) {
                return compareAndSet(key, expected, copy.buffer(), 0, valueLength, ttlNs);
            }
        }
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        final Object expectedOwner = RawMemory.owner(expected);
        final byte[] base = value.byteArray();
        final long address = at(value, valueOffset);
        final Object owner = RawMemory.owner(value);
        final long hash = hash(key);
        final long lengths = EntryLengths.of(Long.BYTES, valueLength);
        return alive(
                writable(hash)
                        .compareAndSet(
                                hash, LONG_KEY, key, lengths, expected, base, address, ttlNs),
                expectedOwner,
                owner);
    }

    /**
     * Lets an updater change the value of a key in place, atomically. The length cannot change.
     * This is a use.
     *
     * @param key the key.
     * @param updater called at most once, under the segment's lock; if it throws, the value is
     *     unchanged.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean update(long key, ValueUpdater updater) {
        final long hash = hash(key);
        return writable(hash).update(hash, LONG_KEY, key, Long.BYTES, updater);
    }

    /**
     * Removes a key.
     *
     * @param key the key.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean remove(long key) {
        final long hash = hash(key);
        return writable(hash).remove(PutCondition.ALWAYS, hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Removes a key atomically if its value has the expected bytes.
     *
     * @param key the key.
     * @param expected the buffer of the expected value.
     * @param expectedOffset the offset of the expected value in its buffer.
     * @param expectedLength the length of the expected value in bytes, 0 or more.
     * @return whether the key was removed.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean removeIfEqual(
            long key, DirectBuffer expected, int expectedOffset, int expectedLength) {
        if (MappedCopy.isNeeded(expected)) {
            try (MappedCopy copy = copyOfExpected(expected, expectedOffset, expectedLength)) {
                return removeIfEqual(key, copy.buffer(), 0, expectedLength);
            }
        }
        checkValue(expected, expectedOffset, expectedLength);
        final byte[] base = expected.byteArray();
        final long address = at(expected, expectedOffset);
        final Object owner = RawMemory.owner(expected);
        final long hash = hash(key);
        return alive(
                writable(hash)
                        .removeIfEqual(
                                hash, LONG_KEY, key, Long.BYTES, base, address, expectedLength),
                owner,
                null);
    }

    /**
     * Copies the value of a key into a buffer and removes the key, atomically. If the value does
     * not fit, the key stays.
     *
     * <p>If the result is negative, the destination's bytes from the offset on are undefined.
     *
     * @param key the key.
     * @param destination receives the value; the room is its capacity from the offset on.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int getAndRemove(long key, MutableDirectBuffer destination, int destinationOffset) {
        final int room = room(destination, destinationOffset);
        final byte[] base = destination.byteArray();
        final long address = at(destination, destinationOffset);
        final Object owner = RawMemory.owner(destination);
        final long hash = hash(key);
        final int length =
                MappedCopy.isNeeded(destination)
                        ? getMapped(
                                reader(),
                                hash,
                                LONG_KEY,
                                key,
                                Long.BYTES,
                                address,
                                room,
                                MappedRead.GET_AND_REMOVE)
                        : writable(hash)
                                .getAndRemove(hash, LONG_KEY, key, Long.BYTES, base, address, room);
        return alive(length, owner, null);
    }

    /**
     * Returns the remaining time to live of a key. This is not a use, and is not counted as a read.
     * Takes a lock only if it is the first to find the entry expired, or if writers disturb it
     * repeatedly.
     *
     * @param key the key.
     * @return positive nanoseconds, {@link #NO_TTL}, or {@link #NOT_FOUND}.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long remainingTtlNs(long key) {
        final long hash = hash(key);
        return reader().remainingTtlNs(hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Sets the time to live of a key, counted from now. This is not a use. Uses do not renew the
     * new deadline, unless it is {@link #DEFAULT_TTL} and that slides.
     *
     * @param key the key.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean setTtl(long key, long ttlNs) {
        checkTtl(ttlNs);
        final long hash = hash(key);
        return writable(hash).setTtl(hash, LONG_KEY, key, Long.BYTES, ttlNs);
    }

    /**
     * Removes the time to live of a key, so that it does not expire. This is not a use.
     *
     * @param key the key.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean persist(long key) {
        final long hash = hash(key);
        return writable(hash).setTtl(hash, LONG_KEY, key, Long.BYTES, NO_TTL);
    }

    /**
     * Returns the number of the segment that a key belongs to. Bounds and LRU order apply to each
     * segment separately.
     *
     * @param key the key.
     * @return the segment's number, from 0.
     */
    public int segmentIndex(long key) {
        return segmentNumber(hash(key));
    }
}
