// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.RawMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Refuses calls into a cache from its own callbacks. It refuses every such call, not only one that
 * needs the lock that the callback runs under. So such a call never deadlocks.
 *
 * <p>The ids of the threads inside callbacks are kept in stripes, chosen by the id. A stripe is a
 * cache line with a count and {@link #SLOTS} ids. Between two stripes, two lines are empty, because
 * processors fetch lines in pairs. An operation reads the count of its thread's stripe. If the
 * count is not 0, it looks for its own id in the same line. So threads in callbacks cost other
 * threads one line in the processor's cache, whatever the number of segments.
 *
 * <pre>
 *   stripe, 24 longs: | Inside | Id 0 ... Id 5 | Without a Slot | two empty lines |
 * </pre>
 *
 * <p>A thread that finds its own id, or that may be one of those without a slot, checks the locks.
 * A thread that owns a lock when an operation begins is inside a callback. If it owns none, a
 * callback that ended without enough stack left the id behind, and the id is removed.
 *
 * <p>Thread-safe. Plain reads are enough because a thread needs to see only its own id. Allocates
 * nothing after construction.
 */
public final class ReentryGuard {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIPES = 64;
    private static final int STRIPE_LONGS = 24;
    private static final int SLOTS = 6;
    private static final int WITHOUT_SLOT = SLOTS + 1;
    private static final long FREE = 0;
    private static final long STRIPE_BYTES = STRIPE_LONGS * (long) Long.BYTES;

    /** The offset of the count of stripe 0 in the array. */
    private static final long FIRST_STRIPE = RawMemory.FIRST_LONG + STRIPE_BYTES;

    private final long[] stripes = new long[(STRIPES + 1) * STRIPE_LONGS];
    private final SegmentLock[] locks;
    private int registered;

    /** Creates a guard for a number of locks, all of which will be registered. */
    public ReentryGuard(int locks) {
        this.locks = new SegmentLock[locks];
    }

    /** Registers a lock. All locks are registered before the first operation. */
    void register(SegmentLock lock) {
        locks[registered++] = lock;
    }

    /** Records that a thread enters a callback. */
    void enter(long threadId) {
        final int stripe = stripe(threadId);
        LONGS.getAndAdd(stripes, stripe, 1L);
        for (int slot = stripe + 1; slot <= stripe + SLOTS; slot++) {
            if (stripes[slot] == FREE && LONGS.compareAndSet(stripes, slot, FREE, threadId)) {
                return;
            }
        }
        LONGS.getAndAdd(stripes, stripe + WITHOUT_SLOT, 1L);
    }

    /** Records that a thread leaves the callback that it entered. */
    void leave(long threadId) {
        final int stripe = stripe(threadId);
        final int slot = slotOf(threadId, stripe);
        if (slot < 0) {
            LONGS.getAndAdd(stripes, stripe + WITHOUT_SLOT, -1L);
        } else {
            LONGS.setOpaque(stripes, slot, FREE);
        }
        LONGS.getAndAdd(stripes, stripe, -1L);
    }

    /**
     * Checks that the calling thread, which has this id, is not in a callback.
     *
     * @throws IllegalStateException if it is.
     */
    void check(long threadId) {
        // The stripe's number is always inside the array, so no array bounds are checked.
        final long stripe = FIRST_STRIPE + (threadId & STRIPES - 1) * STRIPE_BYTES;
        if (RawMemory.getLong(stripes, stripe) != 0) {
            checkSlots(threadId, stripe(threadId));
        }
    }

    private void checkSlots(long threadId, int stripe) {
        final int slot = slotOf(threadId, stripe);
        if (slot < 0 && stripes[stripe + WITHOUT_SLOT] == 0) {
            return;
        }
        for (final SegmentLock lock : locks) {
            if (lock.isHeldBy(threadId)) {
                throw new IllegalStateException(
                        "re-entry: a callback must not call its cache, because it runs under the"
                                + " lock of a segment; call the cache after the callback");
            }
        }
        if (slot >= 0) {
            leave(threadId);
        }
    }

    private int slotOf(long threadId, int stripe) {
        for (int slot = stripe + 1; slot <= stripe + SLOTS; slot++) {
            if (stripes[slot] == threadId) {
                return slot;
            }
        }
        return -1;
    }

    private static int stripe(long threadId) {
        return (((int) threadId & STRIPES - 1) + 1) * STRIPE_LONGS;
    }
}
