// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.events.SegmentEvents;

/** Keeps the words of a lock off what lies before the object: two cache lines of nothing. */
@SuppressWarnings("unused")
abstract class SegmentLockLeftPadding {
    private int leftGap;
    private long l00, l01, l02, l03, l04, l05, l06, l07;
    private long l08, l09, l10, l11, l12, l13, l14, l15;
}

/** The words of a lock, which share a cache line. */
abstract class SegmentLockWords extends SegmentLockLeftPadding {
    /**
     * The id of the thread that holds the lock, or {@link SegmentLock#FREE}. A field of the object
     * and not a word of the region, since storing a field takes no call: a thread that has no stack
     * left can still let the lock go.
     */
    volatile long owner;

    /** The waiter that gets the lock next, or {@code null}. */
    volatile Thread claimant;

    /** How often a thread had to wait; guarded by the lock. */
    long contentions;

    final SegmentEvents events;
    final int spins;
    final int yields;

    SegmentLockWords(SegmentEvents events, int spins, int yields) {
        this.events = events;
        this.spins = spins;
        this.yields = yields;
    }
}
