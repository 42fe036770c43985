// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.stripe;

import static io.flagstone.internal.stripe.StripeDescriptor.ENTRY;
import static io.flagstone.internal.stripe.StripeDescriptor.UNDO_BYTES;
import static io.flagstone.internal.stripe.StripeDescriptor.UNDO_DEADLINE;
import static io.flagstone.internal.stripe.StripeDescriptor.UNDO_LENGTH;
import static io.flagstone.internal.stripe.StripeDescriptor.UNDO_OFFSET;
import static io.flagstone.internal.stripe.StripeDescriptor.UNDO_VALUE_WORD;

import io.flagstone.internal.memory.Region;

/**
 * The state of entries before a write in place that did not end, for a later process. Only a
 * persistent segment keeps these records.
 *
 * <p>The owner of a stripe {@linkplain #save saves} the deadline, the value word and the bytes that
 * it is about to overwrite, and then makes the sequence number odd. So a record counts while the
 * number is odd. Up to eight bytes are in the stripe's own line, which the owner has anyway. More
 * are in the stripe's undo area.
 *
 * <p>A record is saved, and its entry's bytes change, only while one thread has the stripe. So
 * there is one record for each stripe. Allocates nothing.
 */
public final class UndoRecords {
    private final Region region;
    private final StripeMap map;
    private final int start;
    private final int capacity;

    /**
     * Creates the records.
     *
     * @param start where the undo areas start.
     * @param capacity the length of the undo area of a stripe, 0 if no records are kept.
     */
    public UndoRecords(Region region, StripeMap map, int start, int capacity) {
        this.region = region;
        this.map = map;
        this.start = start;
        this.capacity = capacity;
    }

    /** Returns whether records are kept. */
    public boolean isKept() {
        return capacity != 0;
    }

    /** Returns whether this number of bytes may be overwritten in place. */
    public boolean fits(int length) {
        return length <= capacity || capacity == 0;
    }

    /** Returns the most bytes that may be overwritten in place, at most the given number. */
    public int limit(int most) {
        return capacity == 0 ? most : Math.min(most, capacity);
    }

    /**
     * Saves what a write is about to change. The caller owns the stripe, whose sequence number is
     * even.
     *
     * @param deadlineNs the entry's deadline.
     * @param valueWord the entry's value word.
     * @param offset the first byte that is overwritten.
     * @param length the number of bytes, which {@link #fits}.
     */
    public void save(
            int stripe, int entry, long deadlineNs, int valueWord, int offset, int length) {
        region.putInt(stripe + ENTRY, entry);
        region.putLong(stripe + UNDO_DEADLINE, deadlineNs);
        region.putInt(stripe + UNDO_VALUE_WORD, valueWord);
        region.putInt(stripe + UNDO_OFFSET, offset);
        region.putInt(stripe + UNDO_LENGTH, length);
        if (length == Long.BYTES) {
            region.putLong(stripe + UNDO_BYTES, region.getLong(offset));
        } else {
            region.copy(offset, place(stripe, length), length);
        }
        // The odd sequence number, which makes the record count, stays after it.
        Region.storeFence();
    }

    private int place(int stripe, int length) {
        return length <= Long.BYTES ? stripe + UNDO_BYTES : start + map.number(stripe) * capacity;
    }

    /** Returns the entry of a record. */
    public int entry(int stripe) {
        return region.getInt(stripe + ENTRY);
    }

    /** Returns the value word that a record restores. */
    public int valueWord(int stripe) {
        return region.getInt(stripe + UNDO_VALUE_WORD);
    }

    /** Returns the first byte that a record restores. */
    public int offset(int stripe) {
        return region.getInt(stripe + UNDO_OFFSET);
    }

    /** Returns the number of bytes that a record restores. */
    public int length(int stripe) {
        return region.getInt(stripe + UNDO_LENGTH);
    }

    /** Returns the deadline that a record restores. */
    public long deadline(int stripe) {
        return region.getLong(stripe + UNDO_DEADLINE);
    }

    /** Restores the bytes of a value. The caller has checked where they go. */
    public void restore(int stripe) {
        final int length = length(stripe);
        region.copy(place(stripe, length), offset(stripe), length);
    }
}
