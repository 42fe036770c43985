// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.RemovalCause;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Facts about each owned key that the owner and the removal handler publish to all threads.
 *
 * <p>A thread that looks up these facts <em>before</em> it reads must not find anything older:
 *
 * <ul>
 *   <li>The floor is the sequence number of the owner's last finished write. It is one more after
 *       the owner has removed the value or found it expired.
 *   <li>The last removal is a sequence number that has left the index, with its cause.
 *   <li>The end is the latest time at which a value expires, if known. The owner withdraws it
 *       before it changes the deadline. An end published after a read began is later than that.
 * </ul>
 *
 * <p>An owner raises a floor after its write is done, and the removal handler runs after the entry
 * has left the index, so these facts also hold for readers without a lock. Replaced values are not
 * recorded as removals, because the handler runs before the new value is in place.
 */
final class KeyHistory {
    private static final int CAUSE_BITS = 2;
    private static final int CAUSE_MASK = (1 << CAUSE_BITS) - 1;
    private static final RemovalCause[] CAUSES = RemovalCause.values();

    private final AtomicLongArray floors;
    private final AtomicLongArray removals;
    private final AtomicLongArray endSequences;
    private final AtomicLongArray ends;

    KeyHistory(int keys) {
        floors = new AtomicLongArray(keys);
        removals = new AtomicLongArray(keys);
        endSequences = new AtomicLongArray(keys);
        ends = new AtomicLongArray(keys);
    }

    /** Called by the owner: from now on no thread may find a smaller sequence number. */
    void raiseFloor(int key, long sequence) {
        floors.setRelease(key, sequence);
    }

    /** Called by the owner: the value expires at this time at the latest. */
    void publishEnd(int key, long sequence, long latestNs) {
        ends.setRelease(key, latestNs);
        endSequences.setRelease(key, sequence);
    }

    /** Called by the owner before it changes the value or its deadline. */
    void withdrawEnd(int key) {
        endSequences.set(key, 0);
    }

    /** Called by the removal handler, under the lock of the key's segment. */
    void recordRemoval(int key, long sequence, RemovalCause cause) {
        final long last = removals.getAcquire(key) >>> CAUSE_BITS;
        if (sequence <= last) {
            throw new Violation(
                    "a value was removed twice",
                    key,
                    "a sequence number above " + last,
                    "" + sequence);
        }
        removals.setRelease(key, sequence << CAUSE_BITS | cause.ordinal());
    }

    /** Returns the smallest sequence number that a read may find if it begins now. */
    long minimum(int key) {
        return Math.max(floors.getAcquire(key), (removals.getAcquire(key) >>> CAUSE_BITS) + 1);
    }

    /** Returns the cause of a value's removal, or null if the handler has not recorded it. */
    RemovalCause removalCause(int key, long sequence) {
        final long removal = removals.getAcquire(key);
        return removal >>> CAUSE_BITS == sequence ? CAUSES[(int) removal & CAUSE_MASK] : null;
    }

    /** Throws if a read found a value although it began at or after the value's end. */
    void checkEnd(int key, long sequence, long readBeganNs) {
        if (endSequences.getAcquire(key) == sequence) {
            final long latestNs = ends.getAcquire(key);
            if (endSequences.getAcquire(key) == sequence && readBeganNs >= latestNs) {
                throw new Violation(
                        "a value was found after its deadline",
                        key,
                        "a miss from " + latestNs + " ns on",
                        "sequence " + sequence + " at " + readBeganNs + " ns");
            }
        }
    }
}
