// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;
import io.flagstone.internal.slab.SlabVersions;

/** Copies, compares and locates the bytes of an entry's value. */
final class ValueBytes {
    /** The longest value that is not large. The chunk of a longer one is large. */
    private static final int MAX_SHORT = SlabVersions.LARGE_CHUNK_BYTES;

    private ValueBytes() {}

    /**
     * Copies a value out if the room is large enough. Safe without the lock: with a torn length, it
     * copies nothing beyond the region's end.
     *
     * @return the value's length or {@link Segment#INSUFFICIENT_CAPACITY}.
     */
    static int copyOut(
            Region region,
            int entry,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final int length = EntryDescriptor.valueLength(region, entry);
        return copyOut(region, entry, keyLength, length, destinationBase, destination, room);
    }

    /** Does the same for a length that was read before. */
    static int copyOut(
            Region region,
            int entry,
            int keyLength,
            int length,
            Object destinationBase,
            long destination,
            int room) {
        // The key ends inside the region, so this offset cannot overflow.
        final int offset = EntryDescriptor.valueOffset(entry, keyLength);
        if (length > Math.min(room, region.capacity() - offset)) {
            return Segment.INSUFFICIENT_CAPACITY;
        }
        region.copyOut(offset, destinationBase, destination, length);
        return length;
    }

    /**
     * Does the same for a region at an address, unless the value is large.
     *
     * @param capacity the region's length.
     * @return as the other, or {@link OptimisticReader#UNSETTLED} for a large value, which is
     *     validated in another way; see {@link SlabVersions}.
     */
    static int copyOut(
            long region,
            int capacity,
            int entry,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final int header = EntryDescriptor.valueOffset(0, keyLength);
        final int length = EntryDescriptor.valueLength(region + entry);
        if (length > Math.min(room, MAX_SHORT) || length > capacity - header - entry) {
            return length > MAX_SHORT ? OptimisticReader.UNSETTLED : Segment.INSUFFICIENT_CAPACITY;
        }
        Regions.copyOut(region + entry + header, destinationBase, destination, length);
        return length;
    }

    /** Returns whether a value of this length is large. */
    static boolean isLarge(int length) {
        return length > MAX_SHORT;
    }

    /** Compares a value with bytes. Needs the lock. */
    static boolean equal(Region region, int entry, Object base, long address, int length) {
        return EntryDescriptor.valueLength(region, entry) == length
                && region.equal(EntryDescriptor.valueOffset(region, entry), base, address, length);
    }

    /**
     * Returns the offset of eight bytes of a value in the region. Needs the lock.
     *
     * @throws IndexOutOfBoundsException if the value ends before them.
     */
    static int longOffset(Region region, int entry, int valueIndex) {
        final int length = EntryDescriptor.valueLength(region, entry);
        if (valueIndex > length - Long.BYTES) {
            throw outside(valueIndex, length);
        }
        return EntryDescriptor.valueOffset(region, entry) + valueIndex;
    }

    static IndexOutOfBoundsException outside(int valueIndex, int length) {
        return new IndexOutOfBoundsException(
                "the value must have 8 bytes at valueIndex: valueIndex="
                        + valueIndex
                        + ", valueLength="
                        + length);
    }
}
