// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.events.LockWait;
import io.flagstone.internal.events.SegmentEvents;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for critical sections of well under a microsecond. It has one word, which is 0 when the
 * lock is free and otherwise the id of the owner thread, and one reference to the waiter that is
 * next.
 *
 * <p>A thread that finds the lock taken spins, then yields, then parks. Threads that spin or yield
 * take a free lock in any order. A critical section is shorter than the time a parked thread needs
 * to wake, so a queue would leave the lock idle most of the time.
 *
 * <p>No waiter starves. A waiter that is about to park <em>claims</em> the lock. While the lock is
 * claimed, no other thread takes it, and threads that arrive park at once. When the owner releases
 * the lock, it wakes the claimant, whose acquisition ends the claim. So a waiter with a claim is
 * next. A thread that holds the lock for long and returns at once must park, and the others run
 * meanwhile.
 *
 * <p>A claim ends with its claimant. An Error that ends the wait withdraws the claim. If the
 * claimant has died, the next thread to arrive withdraws its claim. A claimant that gets no
 * processor is passed over: a thread that has found the lock free and claimed by the same claimant
 * {@link #PATIENCE} times in a row withdraws the claim.
 *
 * <p>An interrupt neither ends a wait nor makes it spin. The waiter parks again and restores its
 * interrupt flag at the end. Virtual threads also park, and so leave their carrier thread to the
 * owner.
 *
 * <p>Not re-entrant. Callers first check with {@link #isHeldBy} that they do not hold the lock.
 *
 * <p>Progress: blocking. Ordering: an acquisition is a compare-and-set with volatile order and a
 * release is a release store, so each owner sees what the previous one wrote. A claim and a release
 * may miss each other because there is no fence between the release and the check for a claimant.
 * Then the claimant wakes when its park time has passed.
 *
 * <p>Allocates nothing.
 */
public final class SegmentLock extends SegmentLockWords {
    /** The owner word of a free lock; thread ids are positive. */
    static final long FREE = 0;

    /**
     * The longest park time between two looks at a taken lock. It costs well under a percent of a
     * core.
     */
    static final long MAX_PARK_NS = 1_000_000;

    /** The first park time. Linux adds 50 microseconds. */
    private static final long MIN_PARK_NS = 50_000;

    /** The number of times a thread defers to the same claimant of a free lock. */
    private static final int PATIENCE = 512;

    private static final int SPINS = 128;
    private static final int YIELDS = 16;

    private static final VarHandle OWNER = word("owner", long.class);
    private static final VarHandle CLAIMANT = word("claimant", Thread.class);

    @SuppressWarnings("unused")
    private long r00, r01, r02, r03, r04, r05, r06, r07;
    @SuppressWarnings("unused")
    private long r08, r09, r10, r11, r12, r13, r14, r15;

    /**
     * Creates a free lock.
     *
     * @param events creates the events of waits.
     */
    public SegmentLock(SegmentEvents events) {
        this(events, SPINS, YIELDS);
    }

    /**
     * Creates a free lock whose waiters spin and yield a given number of times before they claim
     * and park. Tests of claims use 0.
     *
     * @param events creates the events of waits.
     * @param spins looks at the lock, with a pause before each.
     * @param yields looks at the lock, with a yield before each.
     */
    public SegmentLock(SegmentEvents events, int spins, int yields) {
        super(events, spins, yields);
    }

    private static VarHandle word(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(SegmentLockWords.class, name, type);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Takes the lock for the thread with this id, which must not hold it. */
    public void lock(long threadId) {
        if (claimant != null || !OWNER.compareAndSet(this, FREE, threadId)) {
            final LockWait wait = events.beginWait();
            await(threadId);
            contentions++;
            if (wait != null) {
                wait.finish();
            }
        }
    }

    /** Takes the lock if it is free and unclaimed. */
    public boolean tryLock(long threadId) {
        return owner == FREE && claimant == null && OWNER.compareAndSet(this, FREE, threadId);
    }

    /** Releases the lock and wakes the claimant. */
    public void unlock() {
        final Thread next = (Thread) CLAIMANT.get(this);
        OWNER.setRelease(this, FREE);
        if (next != null) {
            LockSupport.unpark(next);
        }
    }

    /**
     * Returns whether the thread holds the lock. A plain read is enough: only the owner can find
     * its own id.
     */
    boolean isHeldBy(long threadId) {
        return (long) OWNER.get(this) == threadId;
    }

    private void await(long threadId) {
        for (int i = 0; i < spins && claimant == null; i++) {
            Thread.onSpinWait();
            if (tryLock(threadId)) {
                return;
            }
        }
        for (int i = 0; i < yields && claimant == null; i++) {
            Thread.yield();
            if (tryLock(threadId)) {
                return;
            }
        }
        park(threadId, Thread.currentThread());
    }

    private void park(long threadId, Thread self) {
        long parkNs = MIN_PARK_NS;
        Thread deferredTo = null;
        int deferred = 0;
        boolean interrupted = false;
        try {
            while (!tryLockAsClaimant(threadId, self)) {
                final Thread first = claimant;
                deferred = owner == FREE && first == deferredTo ? deferred + 1 : 0;
                deferredTo = first;
                if (first != null && first != self && (deferred >= PATIENCE || !first.isAlive())) {
                    withdraw(first);
                } else {
                    LockSupport.parkNanos(this, parkNs);
                    interrupted |= Thread.interrupted();
                    parkNs = Math.min(parkNs << 1, MAX_PARK_NS);
                }
            }
        } finally {
            // Store the field directly: an Error may have come because there is no stack for a
            // call.
            if (claimant == self) {
                claimant = null;
            }
            if (interrupted) {
                self.interrupt();
            }
        }
    }

    /** Claims the lock if it is unclaimed, and takes it unless another thread has claimed it. */
    private boolean tryLockAsClaimant(long threadId, Thread self) {
        final Thread first = claim(self);
        return (first == null || first == self)
                && owner == FREE
                && OWNER.compareAndSet(this, FREE, threadId);
    }

    /**
     * Claims the lock for a waiter if it is unclaimed.
     *
     * @return the present claimant, or {@code null} if the waiter has the claim now.
     */
    public Thread claim(Thread waiter) {
        return (Thread) CLAIMANT.compareAndExchange(this, null, waiter);
    }

    /** Withdraws a waiter's claim, if it has one. */
    public void withdraw(Thread waiter) {
        CLAIMANT.compareAndSet(this, waiter, null);
    }
}
