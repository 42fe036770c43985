// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;

/** Copies, compares and locates the bytes of an entry's value. */
final class ValueBytes {
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
        // The key ends inside the region, so this offset cannot overflow.
        final int offset = EntryDescriptor.valueOffset(entry, keyLength);
        final int length = EntryDescriptor.valueLength(region, entry);
        if (length > Math.min(room, region.capacity() - offset)) {
            return Segment.INSUFFICIENT_CAPACITY;
        }
        region.copyOut(offset, destinationBase, destination, length);
        return length;
    }

    /**
     * Does the same for a region at an address.
     *
     * @param capacity the region's length.
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
        if (length > room || length > capacity - header - entry) {
            return Segment.INSUFFICIENT_CAPACITY;
        }
        Regions.copyOut(region + entry + header, destinationBase, destination, length);
        return length;
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
