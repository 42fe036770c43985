// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.events.SegmentEvents;

/** Separates the words of a lock from the preceding object by two unused cache lines. */
@SuppressWarnings("unused")
abstract class SegmentLockLeftPadding {
    private int leftGap;
    private long l00, l01, l02, l03, l04, l05, l06, l07;
    private long l08, l09, l10, l11, l12, l13, l14, l15;
}

/** The words of a lock, which share a cache line. */
abstract class SegmentLockWords extends SegmentLockLeftPadding {
    /**
     * The id of the thread that holds the lock, or {@link SegmentLock#FREE}. This is a field of the
     * object and not a word of the region because storing a field needs no call. So a thread that
     * has no stack left can still release the lock.
     */
    volatile long owner;

    /** The waiter that gets the lock next, or {@code null}. */
    volatile Thread claimant;

    /** The number of times a thread had to wait; guarded by the lock. */
    long contentions;

    /**
     * The stripe of the key of the operation that holds the lock, or 0; guarded by the lock. It is
     * on the lock's line because the holder writes it and other threads do not read it.
     */
    int stripe;

    /** Whether the last put under the lock inserted a key. Read without the lock as a hint. */
    boolean inserted;

    final SegmentEvents events;
    final int spins;
    final int yields;

    SegmentLockWords(SegmentEvents events, int spins, int yields) {
        this.events = events;
        this.spins = spins;
        this.yields = yields;
    }
}
