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

/** The operations on keys that lie in a buffer, apart from those that take a value as well. */
abstract class BufferKeyOperations extends LongKeyOperations {
    BufferKeyOperations(Segment[] segments, SegmentConfig config) {
        super(segments, config);
    }

    /**
     * Copies a value out. A hit is a use. Takes no lock, unless it has to move the entry in the
     * order of use, is the first to find it expired, or is disturbed by writers again and again.
     *
     * <p>Where the result is negative, the destination's bytes from the offset on mean nothing: a
     * try that a writer disturbed may have left its traces.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param destination where the value goes; the room is its capacity from the offset on.
     * @param destinationOffset where in it.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
     * Copies a value out, if it is no longer than a limit. Otherwise as {@link #get(DirectBuffer,
     * int, int, MutableDirectBuffer, int)}.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param destination where the value goes.
     * @param destinationOffset where in it.
     * @param maxLength the most bytes to copy, from 0; the destination must have as many.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IndexOutOfBoundsException if the destination has less room than the limit.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
            length = getMapped(hash, keyBase, keyAddress, keyLength, address, room, false);
        } else if (RawMemory.overlap(keyBase, keyAddress, keyLength, base, address, room)) {
            // A second try without the lock would look for the bytes that the first wrote there.
            length = segment(hash).get(hash, keyBase, keyAddress, keyLength, base, address, room);
        } else {
            length = reader().get(hash, keyBase, keyAddress, keyLength, base, address, room);
        }
        return alive(length, keyOwner, owner);
    }

    /**
     * Shows a value to a reader where it lies, under the segment's lock. A hit is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param reader called at most once.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
     * Tells whether a key is present. Neither a use nor counted as a read. Takes no lock, unless it
     * is the first to find the entry expired, or writers disturb it again and again.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return whether it is present and has not expired.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
     * Lets an updater change a value where it lies, atomically; its length stays. A use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param updater called at most once; if it throws, the value is as it was found.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
        return alive(segment(hash).update(hash, base, address, keyLength, updater), owner, null);
    }

    /**
     * Removes a key.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return whether it was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
        return alive(segment(hash).remove(condition, hash, base, address, keyLength), owner, null);
    }

    /**
     * Copies a value out and removes its key, atomically; a value that does not fit stays.
     *
     * <p>Where the result is negative, the destination's bytes from the offset on mean nothing.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param destination where the value goes; the room is its capacity from the offset on.
     * @param destinationOffset where in it.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_CAPACITY}.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
            length = getMapped(hash, keyBase, keyAddress, keyLength, address, room, true);
        } else {
            length =
                    segment(hash)
                            .getAndRemove(
                                    hash, keyBase, keyAddress, keyLength, base, address, room);
        }
        return alive(length, keyOwner, owner);
    }

    /**
     * Tells how long a key has to live. Neither a use nor counted as a read. Takes no lock, unless
     * it is the first to find the entry expired, or writers disturb it again and again.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return positive nanoseconds, {@link #NO_TTL}, or {@link #NOT_FOUND}.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
     * Gives a key another time to live, from now on, which no use renews. Not a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
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
        return alive(segment(hash).setTtl(hash, base, address, keyLength, ttlNs), owner, null);
    }

    /**
     * Takes a key's time to live away. Not a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean persist(DirectBuffer key, int keyOffset, int keyLength) {
        return setTtl(key, keyOffset, keyLength, NO_TTL);
    }

    /**
     * The segment a key belongs to: bounds and LRU order hold for each segment by itself.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return its number, from 0.
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
