// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;

/**
 * The layout of an index bucket: one cache line of ten slots.
 *
 * <pre>
 *  +--------+------------+------------+------------------------------------------+
 *  | offset |      bytes | bucket     |                                          |
 *  +--------+------------+------------+------------------------------------------+
 *  |      0 |      4 x 2 | TAGS_0     | tags of slots 0 to 3; 0 is an empty slot |
 *  |      8 |      4 x 2 | TAGS_1     | tags of slots 4 to 7                     |
 *  |     16 |      2 x 2 | TAGS_2     | tags of slots 8 and 9                    |
 *  |     20 |          4 | COUNTS     |                                          |
 *  |        |   bits 0-9 | GUESTS     | one bit per slot                         |
 *  |        | bits 10-19 | STRAYS     | one bit per slot                         |
 *  |        | bits 20-23 | OUT_EVEN   | entries in other buckets, with even tags |
 *  |        | bits 24-27 | OUT_ODD    | the same with odd tags                   |
 *  |        | bits 28-31 | PASSED     | strays that passed this bucket           |
 *  |     24 |     10 x 4 | REFERENCES | entries of slots 0 to 9                  |
 *  +--------+------------+------------+------------------------------------------+
 *  |     64 |            | LENGTH     | one cache line                           |
 *  +--------+------------+------------+------------------------------------------+
 * </pre>
 *
 * <p>The reference of an empty slot has no meaning. {@code GUESTS} marks the slots of entries whose
 * own bucket was full. {@code STRAYS} marks the slots of entries for which both of their buckets
 * were full. A count that has reached its maximum stays there: searches may then look at one bucket
 * too many. {@code OUT_EVEN} and {@code OUT_ODD} are two counts of the entries of this bucket that
 * are elsewhere, so that a search for a missing key goes on more seldom than with one count.
 *
 * <p>A search compares four tags at a time, without a branch. The result is a match mask with one
 * bit per slot: bit {@code 16 * (slot % 4) + slot / 4}. Its lowest bit is a match; a search
 * compares keys, so it may have further bits that are not.
 */
final class BucketDescriptor {
    static final int SLOTS = 10;
    static final int EMPTY = 0;

    private static final int TAGS_0 = 0;
    private static final int TAGS_1 = TAGS_0 + 4 * Short.BYTES;
    private static final int TAGS_2 = TAGS_1 + 4 * Short.BYTES;
    private static final int COUNTS = TAGS_2 + 2 * Short.BYTES;
    private static final int REFERENCES = COUNTS + Integer.BYTES;

    /** One cache line, so a search touches one line per bucket. */
    static final int LENGTH = REFERENCES + SLOTS * Integer.BYTES;

    private static final int GUESTS_BITS = SLOTS;
    private static final int STRAYS_SHIFT = GUESTS_BITS;
    private static final int OUT_EVEN_SHIFT = STRAYS_SHIFT + SLOTS;
    private static final int OUT_BITS = 4;
    private static final int OUT_ODD_SHIFT = OUT_EVEN_SHIFT + OUT_BITS;
    private static final int PASSED_SHIFT = OUT_ODD_SHIFT + OUT_BITS;

    static final int MAX_OUT = (1 << OUT_BITS) - 1;
    static final int MAX_PASSED = (1 << Integer.SIZE - PASSED_SHIFT) - 1;

    private static final int PASSED_MASK = MAX_PASSED << PASSED_SHIFT;

    private static final int ALL_SLOTS = (1 << GUESTS_BITS) - 1;

    private static final long LANE_LOW_BITS = 0x0001_0001_0001_0001L;
    private static final long LANE_SIGNS = 0x8000_8000_8000_8000L;

    /** The upper lanes of the third word hold marks and counts, not tags. */
    private static final long TAGS_2_SIGNS = 0x0000_0000_8000_8000L;

    private BucketDescriptor() {}

    /** Returns the match mask of the slots whose tag is {@code tag}. */
    static long match(Region region, int bucket, int tag) {
        final long broadcast = tag * LANE_LOW_BITS;
        final long zero0 = zeroLanes(region.getLong(bucket + TAGS_0) ^ broadcast);
        final long zero1 = zeroLanes(region.getLong(bucket + TAGS_1) ^ broadcast);
        final long zero2 = zeroLanes(region.getLong(bucket + TAGS_2) ^ broadcast) & TAGS_2_SIGNS;
        return zero0 >>> 15 | zero1 >>> 14 | zero2 >>> 13;
    }

    /** Returns the same for the bucket at an address. */
    static long match(long bucket, int tag) {
        final long broadcast = tag * LANE_LOW_BITS;
        final long zero0 = zeroLanes(Regions.getLong(bucket + TAGS_0) ^ broadcast);
        final long zero1 = zeroLanes(Regions.getLong(bucket + TAGS_1) ^ broadcast);
        final long zero2 = zeroLanes(Regions.getLong(bucket + TAGS_2) ^ broadcast) & TAGS_2_SIGNS;
        return zero0 >>> 15 | zero1 >>> 14 | zero2 >>> 13;
    }

    /** Returns the reference of the first slot of a match mask, which must not be 0. */
    static int firstReference(long bucket, long mask) {
        // As firstCell, with long arithmetic, which an address needs.
        final long bit = Long.numberOfTrailingZeros(mask);
        return Regions.getInt(bucket + REFERENCES + ((bit & 3) << 4) + (bit >>> 2 & -4));
    }

    /**
     * Returns whether a search goes on after a bucket that does not hold its key.
     *
     * @param own whether it is the key's own bucket, not its alternate.
     */
    static boolean leads(long bucket, boolean own, int tag) {
        final int counts = own ? MAX_OUT << outShift(tag) : PASSED_MASK;
        return (Regions.getInt(bucket + COUNTS) & counts) != 0;
    }

    private static int outShift(int tag) {
        return OUT_EVEN_SHIFT + (tag & 1) * OUT_BITS;
    }

    /**
     * Sets the sign bit of each 16-bit lane that is zero, and perhaps that of a lane of 1 above a
     * zero lane, from which the subtraction borrows. The lowest lane is always right. A false one
     * costs a look at an entry with another key: it has the tag that differs from the wanted one in
     * the lowest bit, and an empty slot has not, because no tag is 1. The exact form takes an
     * instruction more per word, and a register.
     */
    private static long zeroLanes(long lanes) {
        return lanes - LANE_LOW_BITS & ~lanes & LANE_SIGNS;
    }

    /** Returns the first slot of a match mask, which must not be 0. */
    static int firstSlot(long mask) {
        final int bit = Long.numberOfTrailingZeros(mask);
        return bit >>> 4 | (bit & 3) << 2;
    }

    /** Returns the cell of the first slot of a match mask, which must not be 0. */
    static int firstCell(int bucket, long mask) {
        final int bit = Long.numberOfTrailingZeros(mask);
        // The same as cell(bucket, firstSlot(mask)) in two steps fewer. Every hit waits for them.
        return bucket + REFERENCES + ((bit & 3) << 4) + (bit >>> 2 & -4);
    }

    static int tag(Region region, int bucket, int slot) {
        return region.getUnsignedShort(bucket + TAGS_0 + (slot << 1));
    }

    static void tag(Region region, int bucket, int slot, int tag) {
        region.putShort(bucket + TAGS_0 + (slot << 1), tag);
    }

    /** Returns the count of the entries of a bucket that are elsewhere, for tags like this one. */
    static int out(Region region, int bucket, int tag) {
        return region.getInt(bucket + COUNTS) >>> outShift(tag) & MAX_OUT;
    }

    static void addOut(Region region, int bucket, int tag, int delta) {
        if (out(region, bucket, tag) != MAX_OUT) {
            region.addInt(bucket + COUNTS, delta << outShift(tag));
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

    /** Returns the slots of guests, bit i for slot i. */
    static int guests(Region region, int bucket) {
        return region.getInt(bucket + COUNTS) & ALL_SLOTS;
    }

    /** Returns the slots of strays, bit i for slot i. */
    static int strays(Region region, int bucket) {
        return region.getInt(bucket + COUNTS) >>> STRAYS_SHIFT & ALL_SLOTS;
    }

    /**
     * Returns the slots that hold neither a guest nor a stray; in a full bucket, its own entries.
     */
    static int natives(Region region, int bucket) {
        return ALL_SLOTS & ~guests(region, bucket) & ~strays(region, bucket);
    }

    static void markGuest(Region region, int bucket, int slot) {
        region.addInt(bucket + COUNTS, 1 << slot);
    }

    static void markStray(Region region, int bucket, int slot) {
        region.addInt(bucket + COUNTS, 1 << slot << STRAYS_SHIFT);
    }

    /** Empties a slot and clears its marks. */
    static void clear(Region region, int bucket, int slot) {
        tag(region, bucket, slot, EMPTY);
        final int marks = 1 << slot | 1 << slot << STRAYS_SHIFT;
        region.putInt(bucket + COUNTS, region.getInt(bucket + COUNTS) & ~marks);
    }

    /** Returns the offset of a slot's reference, called its cell. The index names slots by it. */
    static int cell(int bucket, int slot) {
        return bucket + REFERENCES + (slot << 2);
    }

    /** Returns the bucket of a cell. Buckets are aligned to their length. */
    static int bucketOf(int cell) {
        return cell & -LENGTH;
    }

    /** Returns the slot of a cell in its bucket. */
    static int slotOf(int cell) {
        return (cell & LENGTH - 1) - REFERENCES >>> 2;
    }
}
