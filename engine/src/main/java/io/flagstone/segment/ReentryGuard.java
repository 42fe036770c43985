package io.flagstone.segment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Refuses calls back into a cache from its own callbacks: every time, not only when they meet the
 * lock that the callback runs under, and so never as a deadlock.
 *
 * <p>Threads inside a callback are counted in stripes by their id, a cache line each: entering and
 * leaving is an addition to a line that other threads rarely touch, and an operation outside
 * callbacks reads one word. A stripe above zero may be another thread's, so who finds one asks the
 * locks for their owner: a thread that owns a lock when an operation begins is inside a callback.
 *
 * <p>Thread-safe. A thread needs to see only its own entering, so plain reads do. Operations
 * allocate nothing.
 */
public final class ReentryGuard {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIPES = 64;
    private static final int STRIPE_LONGS = 8;

    private final long[] inside = new long[(STRIPES + 1) * STRIPE_LONGS];
    private final SegmentLock[] locks;
    private int registered;

    /** A guard over as many locks as will be registered. */
    public ReentryGuard(int locks) {
        this.locks = new SegmentLock[locks];
    }

    /** Adds a lock; all are added before the first operation. */
    void register(SegmentLock lock) {
        locks[registered++] = lock;
    }

    void enter(long threadId) {
        LONGS.getAndAdd(inside, stripe(threadId), 1L);
    }

    void leave(long threadId) {
        LONGS.getAndAdd(inside, stripe(threadId), -1L);
    }

    /**
     * Passes outside callbacks.
     *
     * @throws IllegalStateException inside one.
     */
    void check(long threadId) {
        if (inside[stripe(threadId)] != 0) {
            checkOwners(threadId);
        }
    }

    private void checkOwners(long threadId) {
        for (final SegmentLock lock : locks) {
            if (lock.isHeldBy(threadId)) {
                throw new IllegalStateException(
                        "re-entry: a listener or handler of this cache may not call the cache;"
                                + " it runs under the lock of a segment");
            }
        }
    }

    private static int stripe(long threadId) {
        return ((int) threadId & STRIPES - 1) * STRIPE_LONGS + STRIPE_LONGS;
    }
}
