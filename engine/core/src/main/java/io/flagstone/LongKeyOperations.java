// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.internal.entry.EntryDescriptor.LONG_KEY;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
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
     * Copies a value out. A hit is a use. Takes no lock, unless it has to move the entry in the
     * order of use, is the first to find it expired, or is disturbed by writers again and again.
     *
     * <p>Where the result is negative, the destination's bytes from the offset on mean nothing: a
     * try that a writer disturbed may have left its traces.
     *
     * @param key the key.
     * @param destination where the value goes; the room is its capacity from the offset on.
     * @param destinationOffset where in it.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int get(long key, MutableDirectBuffer destination, int destinationOffset) {
        final int room = room(destination, destinationOffset);
        final byte[] base = destination.byteArray();
        final long address = at(destination, destinationOffset);
        final Object owner = RawMemory.owner(destination);
        final long hash = hash(key);
        final int length =
                MappedCopy.isNeeded(destination)
                        ? getMapped(hash, LONG_KEY, key, Long.BYTES, address, room, false)
                        : reader().get(hash, LONG_KEY, key, Long.BYTES, base, address, room);
        return alive(length, owner, null);
    }

    /**
     * Reads eight bytes of a value in native order, all at once. A hit is a use. Takes a lock no
     * more often than a get.
     *
     * @param key the key.
     * @param valueIndex where in the value.
     * @param missing what to return if the key is absent.
     * @return the number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long getLong(long key, int valueIndex, long missing) {
        checkIndex(valueIndex);
        final long hash = hash(key);
        return reader().getLong(hash, LONG_KEY, key, Long.BYTES, valueIndex, missing);
    }

    /**
     * Shows a value to a reader where it lies, under the segment's lock. A hit is a use.
     *
     * @param key the key.
     * @param reader called at most once.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean read(long key, ValueReader reader) {
        final long hash = hash(key);
        return segment(hash).read(hash, LONG_KEY, key, Long.BYTES, reader);
    }

    /**
     * Tells whether a key is present. Neither a use nor counted as a read. Takes no lock, unless it
     * is the first to find the entry expired, or writers disturb it again and again.
     *
     * @param key the key.
     * @return whether it is present and has not expired.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean contains(long key) {
        final long hash = hash(key);
        return reader().contains(hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Writes a value and the default time to live, whether or not the key is present.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean put(long key, DirectBuffer value, int valueOffset, int valueLength) {
        return put(key, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value and the given time to live, whether or not the key is present.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean put(long key, DirectBuffer value, int valueOffset, int valueLength, long ttlNs) {
        return write(PutCondition.ALWAYS, key, value, valueOffset, valueLength, ttlNs);
    }

    /**
     * Writes a value with the default time to live if the key is absent; if it is present, that is
     * a use.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putIfAbsent(long key, DirectBuffer value, int valueOffset, int valueLength) {
        return putIfAbsent(key, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live if the key is absent; if it is present, that is a
     * use.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putIfAbsent(
            long key, DirectBuffer value, int valueOffset, int valueLength, long ttlNs) {
        return write(PutCondition.IF_ABSENT, key, value, valueOffset, valueLength, ttlNs);
    }

    /**
     * Writes a value and the default time to live if the key is present.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean replace(long key, DirectBuffer value, int valueOffset, int valueLength) {
        return replace(key, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value and the given time to live if the key is present.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
                segment(hash)
                        .put(
                                condition,
                                hash,
                                LONG_KEY,
                                key,
                                Long.BYTES,
                                base,
                                address,
                                length,
                                ttlNs),
                owner,
                null);
    }

    /**
     * Writes a value over one that has the expected bytes, atomically; the deadline stays. A
     * success is a use.
     *
     * @param key the key.
     * @param expected the expected value's buffer.
     * @param expectedOffset where it starts.
     * @param expectedLength its bytes, from 0.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSet(
            long key,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return compareAndSet(
                key,
                expected,
                expectedOffset,
                expectedLength,
                value,
                valueOffset,
                valueLength,
                KEEP_TTL);
    }

    /**
     * Writes a value over one that has the expected bytes, atomically, with another time to live. A
     * success is a use.
     *
     * @param key the key.
     * @param expected the expected value's buffer.
     * @param expectedOffset where it starts.
     * @param expectedLength its bytes, from 0.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSet(
            long key,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        if (MappedCopy.isNeeded(expected)) {
            try (MappedCopy copy = copyOfExpected(expected, expectedOffset, expectedLength)) {
                return compareAndSet(
                        key,
                        copy.buffer(),
                        0,
                        expectedLength,
                        value,
                        valueOffset,
                        valueLength,
                        ttlNs);
            }
        }
        if (MappedCopy.isNeeded(value)) {
            try (MappedCopy copy = copyOfValue(Long.BYTES, value, valueOffset, valueLength)) {
                return compareAndSet(
                        key,
                        expected,
                        expectedOffset,
                        expectedLength,
                        copy.buffer(),
                        0,
                        valueLength,
                        ttlNs);
            }
        }
        checkValue(expected, expectedOffset, expectedLength);
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        final byte[] expectedBase = expected.byteArray();
        final long expectedAddress = at(expected, expectedOffset);
        final Object expectedOwner = RawMemory.owner(expected);
        final byte[] base = value.byteArray();
        final long address = at(value, valueOffset);
        final Object owner = RawMemory.owner(value);
        final long hash = hash(key);
        return alive(
                segment(hash)
                        .compareAndSet(
                                hash,
                                LONG_KEY,
                                key,
                                Long.BYTES,
                                expectedBase,
                                expectedAddress,
                                expectedLength,
                                base,
                                address,
                                valueLength,
                                ttlNs),
                expectedOwner,
                owner);
    }

    /**
     * Lets an updater change a value where it lies, atomically; its length stays. A use.
     *
     * @param key the key.
     * @param updater called at most once; if it throws, the value is as it was found.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean update(long key, ValueUpdater updater) {
        final long hash = hash(key);
        return segment(hash).update(hash, LONG_KEY, key, Long.BYTES, updater);
    }

    /**
     * Adds to eight bytes of a value in native order, atomically. A use.
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
     * Removes a key.
     *
     * @param key the key.
     * @return whether it was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean remove(long key) {
        final long hash = hash(key);
        return segment(hash).remove(PutCondition.ALWAYS, hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Removes a key whose value has the expected bytes, atomically.
     *
     * @param key the key.
     * @param expected the expected value's buffer.
     * @param expectedOffset where it starts.
     * @param expectedLength its bytes, from 0.
     * @return whether it was removed.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
                segment(hash)
                        .removeIfEqual(
                                hash, LONG_KEY, key, Long.BYTES, base, address, expectedLength),
                owner,
                null);
    }

    /**
     * Copies a value out and removes its key, atomically; a value that does not fit stays.
     *
     * <p>Where the result is negative, the destination's bytes from the offset on mean nothing.
     *
     * @param key the key.
     * @param destination where the value goes; the room is its capacity from the offset on.
     * @param destinationOffset where in it.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int getAndRemove(long key, MutableDirectBuffer destination, int destinationOffset) {
        final int room = room(destination, destinationOffset);
        final byte[] base = destination.byteArray();
        final long address = at(destination, destinationOffset);
        final Object owner = RawMemory.owner(destination);
        final long hash = hash(key);
        final int length =
                MappedCopy.isNeeded(destination)
                        ? getMapped(hash, LONG_KEY, key, Long.BYTES, address, room, true)
                        : segment(hash)
                                .getAndRemove(hash, LONG_KEY, key, Long.BYTES, base, address, room);
        return alive(length, owner, null);
    }

    /**
     * Tells how long a key has to live. Neither a use nor counted as a read. Takes no lock, unless
     * it is the first to find the entry expired, or writers disturb it again and again.
     *
     * @param key the key.
     * @return positive nanoseconds, {@link #NO_TTL}, or {@link #NOT_FOUND}.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long remainingTtlNs(long key) {
        final long hash = hash(key);
        return reader().remainingTtlNs(hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Gives a key another time to live, from now on, which no use renews. Not a use.
     *
     * @param key the key.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean setTtl(long key, long ttlNs) {
        checkTtl(ttlNs);
        final long hash = hash(key);
        return segment(hash).setTtl(hash, LONG_KEY, key, Long.BYTES, ttlNs);
    }

    /**
     * Takes a key's time to live away. Not a use.
     *
     * @param key the key.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean persist(long key) {
        final long hash = hash(key);
        return segment(hash).setTtl(hash, LONG_KEY, key, Long.BYTES, NO_TTL);
    }

    /**
     * The segment a key belongs to: bounds and LRU order hold for each segment by itself.
     *
     * @param key the key.
     * @return its number, from 0.
     */
    public int segmentIndex(long key) {
        return segmentNumber(hash(key));
    }
}
