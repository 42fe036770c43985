package io.flagstone.index;

import io.flagstone.memory.Region;

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
 * <p>Tag 0 means empty; the reference beside it is then meaningless. The overflow count is the
 * number of entries that belong to this bucket or an earlier one and were put behind it because it
 * was full: a search may stop at the first bucket where it is 0.
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
    private static final int OVERFLOW = 20;
    private static final int REFERENCES = 24;

    private static final long LANE_LOW_BITS = 0x0001_0001_0001_0001L;
    private static final long LANE_SIGNS = 0x8000_8000_8000_8000L;

    /** The third word's upper lanes hold the overflow count. */
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

    static int tag(Region region, int bucket, int slot) {
        return region.getUnsignedShort(bucket + TAGS_0 + (slot << 1));
    }

    static void tag(Region region, int bucket, int slot, int tag) {
        region.putShort(bucket + TAGS_0 + (slot << 1), tag);
    }

    static int overflow(Region region, int bucket) {
        return region.getInt(bucket + OVERFLOW);
    }

    static void addOverflow(Region region, int bucket, int delta) {
        region.addInt(bucket + OVERFLOW, delta);
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
