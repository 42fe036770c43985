// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.memory.Region;

/**
 * The layout of an index bucket: one cache line of ten slots.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |            Tag 0              |            Tag 1              |  0
 *  +-------------------------------+-------------------------------+
 *  |            Tag 2              |            Tag 3              |  4
 *  +-------------------------------+-------------------------------+
 *  |            Tag 4              |            Tag 5              |  8
 *  +-------------------------------+-------------------------------+
 *  |            Tag 6              |            Tag 7              | 12
 *  +-------------------------------+-------------------------------+
 *  |            Tag 8              |            Tag 9              | 16
 *  +-------------------------------+-------------------------------+
 *  |                        Overflow Count                         | 20
 *  +---------------------------------------------------------------+
 *  |                     Reference 0 ... 9                        ... 24
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Tag 0 means empty; the reference beside it is then meaningless. {@code Guests} marks the slots
 * of entries that are here because their own bucket was full, {@code Strays} those that found no
 * room in either of their buckets. {@code Out} counts the entries of this bucket that are
 * elsewhere, {@code Passed} (4 bits) the strays that came by here. A count that has reached its
 * maximum stays there, which costs a search in vain and nothing else.
 *
 * <p>The tags of a bucket are compared four to a word, without a branch. A match mask has one bit a
 * slot: bit {@code 16 * (slot % 4) + slot / 4}.
 */
final class BucketDescriptor {
    static final int LENGTH = Region.CACHE_LINE;
    static final int SLOTS = 10;
    static final int EMPTY = 0;

    private static final int TAGS_0 = 0;
    private static final int TAGS_1 = 8;
    private static final int TAGS_2 = 16;
    private static final int COUNTS = 20;
    private static final int REFERENCES = 24;

    static final int MAX_OUT = (1 << 8) - 1;
    static final int MAX_PASSED = (1 << 4) - 1;

    private static final int ALL_SLOTS = (1 << SLOTS) - 1;
    private static final int STRAYS_SHIFT = 10;
    private static final int OUT_SHIFT = 20;
    private static final int PASSED_SHIFT = 28;

    private static final long LANE_LOW_BITS = 0x0001_0001_0001_0001L;
    private static final long LANE_SIGNS = 0x8000_8000_8000_8000L;

    /** The third word's upper lanes hold the marks and counts. */
    private static final long TAGS_2_SIGNS = 0x0000_0000_8000_8000L;

    private BucketDescriptor() {}

    /** The slots whose tag is {@code tag}, as a match mask. */
    static long match(Region region, int bucket, int tag) {
        final long broadcast = tag * LANE_LOW_BITS;
        final long zero0 = zeroLanes(region.getLong(bucket + TAGS_0) ^ broadcast);
        final long zero1 = zeroLanes(region.getLong(bucket + TAGS_1) ^ broadcast);
        final long zero2 = zeroLanes(region.getLong(bucket + TAGS_2) ^ broadcast) & TAGS_2_SIGNS;
        return zero0 >>> 15 | zero1 >>> 14 | zero2 >>> 13;
    }

    /** Sets the sign of every 16-bit lane that is zero, and of no other. */
    private static long zeroLanes(long lanes) {
        return ~((lanes & ~LANE_SIGNS) + ~LANE_SIGNS | lanes) & LANE_SIGNS;
    }

    /** The first slot of a match mask that is not 0. */
    static int firstSlot(long mask) {
        final int bit = Long.numberOfTrailingZeros(mask);
        return bit >>> 4 | (bit & 3) << 2;
    }

    /** The cell of the first slot of a match mask that is not 0. */
    static int firstCell(int bucket, long mask) {
        final int bit = Long.numberOfTrailingZeros(mask);
        // As cell(bucket, firstSlot(mask)), two steps shorter: a hit has to wait for each of them.
        return bucket + REFERENCES + ((bit & 3) << 4) + (bit >>> 2 & -4);
    }

    static int tag(Region region, int bucket, int slot) {
        return region.getUnsignedShort(bucket + TAGS_0 + (slot << 1));
    }

    static void tag(Region region, int bucket, int slot, int tag) {
        region.putShort(bucket + TAGS_0 + (slot << 1), tag);
    }

    static int out(Region region, int bucket) {
        return region.getInt(bucket + COUNTS) >>> OUT_SHIFT & MAX_OUT;
    }

    static void addOut(Region region, int bucket, int delta) {
        if (out(region, bucket) != MAX_OUT) {
            region.addInt(bucket + COUNTS, delta << OUT_SHIFT);
        }
    }

    static int passed(Region region, int bucket) {
        return region.getInt(bucket + COUNTS) >>> PASSED_SHIFT;
    }

    static void addPassed(Region region, int bucket, int delta) {
        if (passed(region, bucket) != MAX_PASSED) {
            region.addInt(bucket + COUNTS, delta << PASSED_SHIFT);
        }
    }

    /** The slots of guests, bit i for slot i. */
    static int guests(Region region, int bucket) {
        return region.getInt(bucket + COUNTS) & ALL_SLOTS;
    }

    /** The slots of strays, bit i for slot i. */
    static int strays(Region region, int bucket) {
        return region.getInt(bucket + COUNTS) >>> STRAYS_SHIFT & ALL_SLOTS;
    }

    /** The slots, all in use, of the bucket's own entries. */
    static int natives(Region region, int bucket) {
        return ALL_SLOTS & ~guests(region, bucket) & ~strays(region, bucket);
    }

    static void markGuest(Region region, int bucket, int slot) {
        region.addInt(bucket + COUNTS, 1 << slot);
    }

    static void markStray(Region region, int bucket, int slot) {
        region.addInt(bucket + COUNTS, 1 << slot << STRAYS_SHIFT);
    }

    /** Empties a slot and takes its mark off. */
    static void clear(Region region, int bucket, int slot) {
        tag(region, bucket, slot, EMPTY);
        final int marks = 1 << slot | 1 << slot << STRAYS_SHIFT;
        region.putInt(bucket + COUNTS, region.getInt(bucket + COUNTS) & ~marks);
    }

    /** Where a slot's reference lies: its cell, by which the index names the slot. */
    static int cell(int bucket, int slot) {
        return bucket + REFERENCES + (slot << 2);
    }

    /** The bucket of a cell, since buckets are aligned to their length. */
    static int bucketOf(int cell) {
        return cell & -LENGTH;
    }

    /** The slot of a cell in its bucket. */
    static int slotOf(int cell) {
        return (cell & LENGTH - 1) - REFERENCES >>> 2;
    }
}
