// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.PutCondition;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The operations on keys in a buffer, except those that take a value. */
abstract class BufferKeyOperations extends LongKeyOperations {
    BufferKeyOperations(Segment[] segments, SegmentConfig config) {
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
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param destination receives the value; the room is its capacity from the offset on.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int get(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset) {
        final int room = room(destination, destinationOffset);
        return copyOut(key, keyOffset, keyLength, destination, destinationOffset, room);
    }

    /**
     * Copies the value of a key into a buffer if it is at most {@code maxLength} bytes long.
     * Otherwise behaves like {@link #get(DirectBuffer, int, int, MutableDirectBuffer, int)}.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
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
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset,
            int maxLength) {
        checkDestination(destination, destinationOffset, maxLength);
        return copyOut(key, keyOffset, keyLength, destination, destinationOffset, maxLength);
    }

    private int copyOut(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int offset,
            int room) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return copyOut(copy.buffer(), 0, keyLength, destination, offset, room);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] keyBase = key.byteArray();
        final long keyAddress = at(key, keyOffset);
        final Object keyOwner = RawMemory.owner(key);
        final byte[] base = destination.byteArray();
        final long address = at(destination, offset);
        final Object owner = RawMemory.owner(destination);
        final long hash = hash(keyBase, keyAddress, keyLength);
        final int length;
        if (MappedCopy.isNeeded(destination)) {
            length =
                    getMapped(
                            reader(),
                            hash,
                            keyBase,
                            keyAddress,
                            keyLength,
                            address,
                            room,
                            MappedRead.GET);
        } else if (RawMemory.overlap(keyBase, keyAddress, keyLength, base, address, room)) {
            // A second attempt without the lock would look up the bytes that the first one wrote
            // over the key.
            length = segment(hash).get(hash, keyBase, keyAddress, keyLength, base, address, room);
        } else {
            length = reader().get(hash, keyBase, keyAddress, keyLength, base, address, room);
        }
        return alive(length, keyOwner, owner);
    }

    /**
     * Copies the value of a key into a buffer. This is not a use, and is not counted as a read: it
     * leaves the order of use and sliding deadlines as they are. Takes a lock only if it is the
     * first to find the entry expired, or if writers disturb it repeatedly.
     *
     * <p>If the result is negative, the destination's bytes from the offset on are undefined.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param destination receives the value; the room is its capacity from the offset on.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int peek(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return peek(copy.buffer(), 0, keyLength, destination, destinationOffset);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        return alive(
                peek(hash, base, address, keyLength, destination, destinationOffset), owner, null);
    }

    /**
     * Passes the value of a key to a reader in place, without a copy. A hit is a use. Takes the
     * segment's lock.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param reader called at most once, under the segment's lock.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean read(DirectBuffer key, int keyOffset, int keyLength, ValueReader reader) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return read(copy.buffer(), 0, keyLength, reader);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        return alive(segment(hash).read(hash, base, address, keyLength, reader), owner, null);
    }

    /**
     * Returns whether a key is present. This is not a use, and is not counted as a read. Takes a
     * lock only if it is the first to find the entry expired, or if writers disturb it repeatedly.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return whether the key is present and has not expired.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean contains(DirectBuffer key, int keyOffset, int keyLength) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return contains(copy.buffer(), 0, keyLength);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        return alive(reader().contains(hash, base, address, keyLength), owner, null);
    }

    /**
     * Lets an updater change the value of a key in place, atomically. The length cannot change.
     * This is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param updater called at most once, under the segment's lock; if it throws, the value is
     *     unchanged.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean update(DirectBuffer key, int keyOffset, int keyLength, ValueUpdater updater) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return update(copy.buffer(), 0, keyLength, updater);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        return alive(writable(hash).update(hash, base, address, keyLength, updater), owner, null);
    }

    /**
     * Removes a key.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean remove(DirectBuffer key, int keyOffset, int keyLength) {
        return removeIf(PutCondition.ALWAYS, key, keyOffset, keyLength);
    }

    final boolean removeIf(long condition, DirectBuffer key, int keyOffset, int keyLength) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return removeIf(condition, copy.buffer(), 0, keyLength);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        return alive(writable(hash).remove(condition, hash, base, address, keyLength), owner, null);
    }

    /**
     * Copies the value of a key into a buffer and removes the key, atomically. If the value does
     * not fit, the key stays.
     *
     * <p>If the result is negative, the destination's bytes from the offset on are undefined.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param destination receives the value; the room is its capacity from the offset on.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public int getAndRemove(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return getAndRemove(copy.buffer(), 0, keyLength, destination, destinationOffset);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final int room = room(destination, destinationOffset);
        final byte[] keyBase = key.byteArray();
        final long keyAddress = at(key, keyOffset);
        final Object keyOwner = RawMemory.owner(key);
        final byte[] base = destination.byteArray();
        final long address = at(destination, destinationOffset);
        final Object owner = RawMemory.owner(destination);
        final long hash = hash(keyBase, keyAddress, keyLength);
        final int length;
        if (MappedCopy.isNeeded(destination)) {
            length =
                    getMapped(
                            reader(),
                            hash,
                            keyBase,
                            keyAddress,
                            keyLength,
                            address,
                            room,
                            MappedRead.GET_AND_REMOVE);
        } else {
            length =
                    writable(hash)
                            .getAndRemove(
                                    hash, keyBase, keyAddress, keyLength, base, address, room);
        }
        return alive(length, keyOwner, owner);
    }

    /**
     * Returns the remaining time to live of a key. This is not a use, and is not counted as a read.
     * Takes a lock only if it is the first to find the entry expired, or if writers disturb it
     * repeatedly.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return positive nanoseconds, {@link #NO_TTL}, or {@link #NOT_FOUND}.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long remainingTtlNs(DirectBuffer key, int keyOffset, int keyLength) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return remainingTtlNs(copy.buffer(), 0, keyLength);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        final long hash = hash(base, address, keyLength);
        return alive(reader().remainingTtlNs(hash, base, address, keyLength), owner, null);
    }

    /**
     * Sets the time to live of a key, counted from now. This is not a use. Uses do not renew the
     * new deadline, unless it is {@link #DEFAULT_TTL} and that slides.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean setTtl(DirectBuffer key, int keyOffset, int keyLength, long ttlNs) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return setTtl(copy.buffer(), 0, keyLength, ttlNs);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        checkTtl(ttlNs);
        final long hash = hash(base, address, keyLength);
        return alive(writable(hash).setTtl(hash, base, address, keyLength, ttlNs), owner, null);
    }

    /**
     * Removes the time to live of a key, so that it does not expire. This is not a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean persist(DirectBuffer key, int keyOffset, int keyLength) {
        return setTtl(key, keyOffset, keyLength, NO_TTL);
    }

    /**
     * Returns the number of the segment that a key belongs to. Bounds and LRU order apply to each
     * segment separately.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return the segment's number, from 0.
     */
    public int segmentIndex(DirectBuffer key, int keyOffset, int keyLength) {
        return segmentNumber(hashOf(key, keyOffset, keyLength));
    }

    final long hashOf(DirectBuffer key, int keyOffset, int keyLength) {
        if (MappedCopy.isNeeded(key)) {
            try (MappedCopy copy = copyOfKey(key, keyOffset, keyLength)) {
                return hashOf(copy.buffer(), 0, keyLength);
            }
        }
        checkKey(key, keyOffset, keyLength);
        final byte[] base = key.byteArray();
        final long address = at(key, keyOffset);
        final Object owner = RawMemory.owner(key);
        return alive(hash(base, address, keyLength), owner, null);
    }
}
