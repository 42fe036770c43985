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
 * <p>A process that is killed leaves the mark as it is. The next one does not mind {@link
 * #CHANGING}, because it believes only the entries; see {@link Doubt}. It minds {@link #RESETTING}.
 *
 * <p>Ordering: plain stores, except for a reset. The lock publishes them to the next thread that
 * takes it. An Error interrupts the thread in program order, so the thread itself sees its own
 * stores.
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

    /** Sets the mark. Requires the lock. */
    static void set(Region region, long mark) {
        region.putLong(CHANGE_MARK, mark);
    }

    /** Announces a reset, before its first change. */
    static void beginReset(Region region) {
        region.putLong(CHANGE_MARK, RESETTING);
        Region.storeFence();
    }

    /** Ends a reset, after its last change. */
    static void endReset(Region region) {
        region.putLongRelease(CHANGE_MARK, UNREPORTED);
    }

    static void begin(Region region) {
        region.putLong(CHANGE_MARK, CHANGING);
    }

    static void end(Region region) {
        region.putLong(CHANGE_MARK, NONE);
    }
}
