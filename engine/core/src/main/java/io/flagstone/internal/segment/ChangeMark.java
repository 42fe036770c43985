// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.CHANGE_MARK;

import io.flagstone.internal.memory.Region;

/**
 * Says of a segment, in one word of its region, whether an operation ended in the middle.
 *
 * <p>An operation that changes more than one word {@linkplain #begin begins} a change first and
 * {@linkplain #end ends} it when index, lists, wheel, tables and counts agree again. It holds the
 * lock all the time. So whoever takes the lock and finds {@link #CHANGING} knows that the operation
 * before did not come to its end, for whatever reason: a stack overflow, no memory, a fault in the
 * caller's memory, a bug of ours. It may have left anything behind, so the segment is laid out
 * afresh. That needs no word of the one that failed, which may have had no stack left to say one.
 *
 * <p>Where an operation can undo what it did, it does so and ends the change; then nothing is lost.
 *
 * <p>Ordering: plain stores. The lock publishes them to the next thread that takes it, and an Error
 * comes between two instructions of the program, not of the processor.
 */
final class ChangeMark {
    /** Nothing is under way. */
    static final long NONE = 0;

    /** The segment's structures may disagree. */
    static final long CHANGING = 1;

    /** The structures agree, and the caller's code looks at an entry. */
    static final long CALLING = 2;

    /** The segment has been laid out afresh, and the error handler has not heard of it. */
    static final long UNREPORTED = 3;

    private ChangeMark() {}

    /** Reads the mark; for the thread that has just taken the lock. */
    static long get(Region region) {
        return region.getLong(CHANGE_MARK);
    }

    /** Reads the mark without the lock; the answer is a hint. */
    static long peek(Region region) {
        return region.getLongOpaque(CHANGE_MARK);
    }

    /** Sets the mark as told. */
    static void set(Region region, long mark) {
        region.putLong(CHANGE_MARK, mark);
    }

    static void begin(Region region) {
        region.putLong(CHANGE_MARK, CHANGING);
    }

    static void end(Region region) {
        region.putLong(CHANGE_MARK, NONE);
    }
}
