// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.RemovalCause;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What every thread may rely on about each key that one thread owns.
 *
 * <p>Owners say what they have finished, the removal listener says what has left. Whoever looks
 * <em>before</em> it reads may not be shown anything older:
 *
 * <ul>
 *   <li>the floor: the sequence number of the last finished write, or one more once the owner has
 *       removed the value or found it expired;
 *   <li>the last departure: a sequence number that has left the index, and why;
 *   <li>the latest time at which a value may end, if that is known. It is withdrawn before the
 *       owner changes the deadline; one that was published after a read began ends later than that.
 * </ul>
 *
 * <p>A write raises a floor after it is done, and the listener runs after the entry has left the
 * index, so this also holds for readers without a lock. Replaced values are not removals: the
 * listener is told of them before the new value is in place.
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

    /** By the owner: nothing before this sequence number is to be seen from now on. */
    void raiseFloor(int key, long sequence) {
        floors.setRelease(key, sequence);
    }

    /** By the owner: the value is a miss at this time at the latest. */
    void publishEnd(int key, long sequence, long latestNs) {
        ends.setRelease(key, latestNs);
        endSequences.setRelease(key, sequence);
    }

    /** By the owner, before it changes value or deadline. */
    void withdrawEnd(int key) {
        endSequences.set(key, 0);
    }

    /** By the listener, under the lock of the key's segment. */
    void recordRemoval(int key, long sequence, RemovalCause cause) {
        final long last = removals.getAcquire(key) >>> CAUSE_BITS;
        if (sequence <= last) {
            throw new Violation(
                    "a value left twice", key, "a sequence number above " + last, "" + sequence);
        }
        removals.setRelease(key, sequence << CAUSE_BITS | cause.ordinal());
    }

    /** The smallest sequence number that a read which begins now may find. */
    long minimum(int key) {
        return Math.max(floors.getAcquire(key), (removals.getAcquire(key) >>> CAUSE_BITS) + 1);
    }

    /** Why a value left the cache, or null where the listener has not been told. */
    RemovalCause removalCause(int key, long sequence) {
        final long removal = removals.getAcquire(key);
        return removal >>> CAUSE_BITS == sequence ? CAUSES[(int) removal & CAUSE_MASK] : null;
    }

    /** Fails if a value was found by a read that began at or after its end. */
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
