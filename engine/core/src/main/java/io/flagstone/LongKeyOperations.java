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
        return copyOut(key, destination, destinationOffset, room(destination, destinationOffset));
    }

    /**
     * Copies a value out, if it is no longer than a limit. Otherwise as {@link #get(long,
     * MutableDirectBuffer, int)}.
     *
     * @param key the key.
     * @param destination where the value goes.
     * @param destinationOffset where in it.
     * @param maxLength the most bytes to copy, from 0; the destination must have as many.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IndexOutOfBoundsException if the destination has less room than the limit.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
                        ? getMapped(hash, LONG_KEY, key, Long.BYTES, address, room, false)
                        : reader().get(hash, LONG_KEY, key, Long.BYTES, base, address, room);
        return alive(length, owner, null);
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
     * Lets a writer write a value where it will lie, whether or not the key is present. The writer
     * sees as many zero bytes as the value is long, and may read and write them. It runs under the
     * segment's lock. The old value, if there is one, is read by others until the writer returns.
     *
     * @param key the key.
     * @param valueLength the value's bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @param writer called once, unless the value is too large. If it throws, nothing was put and
     *     an old value stays, unless room was made by evicting it.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean put(long key, int valueLength, long ttlNs, ValueUpdater writer) {
        checkValueLength(valueLength);
        checkTtl(ttlNs);
        final long hash = hash(key);
        final long lengths = EntryLengths.of(Long.BYTES, valueLength);
        return segment(hash).put(hash, LONG_KEY, key, lengths, ttlNs, writer);
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
                                EntryLengths.of(Long.BYTES, length),
                                base,
                                address,
                                ttlNs),
                owner,
                null);
    }

    /**
     * Writes a value over one that has the expected bytes, atomically. The deadline stays. A
     * success is a use.
     *
     * @param key the key.
     * @param expected a buffer that holds the expected value and nothing else; wrap a flyweight
     *     around a part of a longer one.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSet(
            long key, DirectBuffer expected, DirectBuffer value, int valueOffset, int valueLength) {
        return compareAndSet(key, expected, value, valueOffset, valueLength, KEEP_TTL);
    }

    /**
     * Writes a value over one that has the expected bytes, atomically, with another time to live. A
     * success is a use.
     *
     * @param key the key.
     * @param expected a buffer that holds the expected value and nothing else; wrap a flyweight
     *     around a part of a longer one.
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
                segment(hash)
                        .compareAndSet(
                                hash, LONG_KEY, key, lengths, expected, base, address, ttlNs),
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
