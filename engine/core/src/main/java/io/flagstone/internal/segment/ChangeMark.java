// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.CHANGE_MARK;

import io.flagstone.internal.memory.Region;

/**
 * Records in one word of a segment's region whether an operation was interrupted in the middle.
 *
 * <p>An operation that changes more than one word {@linkplain #begin begins} a change first. It
 * {@linkplain #end ends} the change when index, lists, wheel, tables and counts agree again. It
 * holds the lock for the whole change. So if a thread takes the lock and finds {@link #CHANGING},
 * the previous operation did not finish: because of a stack overflow, lack of memory, a fault in
 * the caller's memory, or a bug of ours. The state of the segment is then unknown, and its tables
 * are laid out afresh. The operation that failed need not report anything, and may have had no
 * stack left to do so.
 *
 * <p>An operation that can undo its change does so and ends the change. Then nothing is lost.
 *
 * <p>A process that is killed leaves the mark as it is. If it says {@link #NONE}, the next process
 * may take the structures as they are; see {@link IntactSegment}. If it says {@link #CHANGING}, the
 * next process believes only the entries; see {@link Doubt}. After {@link #RESETTING} there are
 * none.
 *
 * <p>Ordering: a store of {@link #CHANGING} or {@link #RESETTING} is followed by a store fence, and
 * every other one is a release store. So a later process that finds {@link #NONE} finds the change
 * as a whole. Within the process the lock publishes the mark, and an Error interrupts a thread in
 * program order.
 */
final class ChangeMark {
    /** No change is in progress. */
    static final long NONE = 0;

    /** The segment's structures may disagree. */
    static final long CHANGING = 1;

    /** The structures agree, and a callback has access to an entry. */
    static final long CALLING = 2;

    /** The segment has been reset, but the reset has not been reported to the error handler. */
    static final long UNREPORTED = 3;

    /** The tables are being laid out afresh, so there are no entries for a later process. */
    static final long RESETTING = 4;

    private ChangeMark() {}

    /** Reads the mark. Requires the lock. */
    static long get(Region region) {
        return region.getLong(CHANGE_MARK);
    }

    /** Reads the mark without the lock. The result is a hint. */
    static long peek(Region region) {
        return region.getLongOpaque(CHANGE_MARK);
    }

    /** Sets the mark at the end of a change, or where none is in progress. Requires the lock. */
    static void set(Region region, long mark) {
        region.putLongRelease(CHANGE_MARK, mark);
    }

    /** Announces a reset, before its first change. */
    static void beginReset(Region region) {
        announce(region, RESETTING);
    }

    private static void announce(Region region, long mark) {
        region.putLong(CHANGE_MARK, mark);
        Region.storeFence();
    }

    /** Ends a reset, after its last change. */
    static void endReset(Region region) {
        set(region, UNREPORTED);
    }

    /** Announces a change, before its first store. */
    static void begin(Region region) {
        announce(region, CHANGING);
    }

    /** Ends a change, after its last store. */
    static void end(Region region) {
        set(region, NONE);
    }
}
