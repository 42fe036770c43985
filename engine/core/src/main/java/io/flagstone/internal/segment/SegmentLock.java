// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.events.LockWait;
import io.flagstone.internal.events.SegmentEvents;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for critical sections of well under a microsecond: one word, 0 when free and otherwise the
 * id of the thread that holds it, and one reference to the waiter that comes next.
 *
 * <p>A thread that finds the lock taken spins, then yields, then parks. Threads that spin or yield
 * take a free lock in any order: a critical section is shorter than the time in which a parked
 * thread wakes, so a queue would leave the lock idle most of the time.
 *
 * <p>Nobody starves all the same. A waiter that is about to park <em>claims</em> the lock. While it
 * is claimed, no other thread takes it, and whoever comes parks at once. The holder wakes the
 * claimant when it lets the lock go, and the claimant's acquisition ends the claim. So a waiter
 * that has claimed is next, and a thread that holds the lock for long and comes again at once
 * leaves the others the time in which it is parked.
 *
 * <p>A claim ends with its claimant: an Error that ends the wait withdraws the claim, and the next
 * thread to come withdraws the claim of a thread that has died. A claimant that gets no processor
 * is passed over: a thread that has found the lock free and claimed by the same claimant {@link
 * #PATIENCE} times in a row withdraws the claim.
 *
 * <p>An interrupt neither ends a wait nor makes it spin: the waiter parks all the same and sets its
 * flag again at the end. Virtual threads park, too, and so leave their carrier to the holder.
 *
 * <p>Not re-entrant; callers find out first whether they hold the lock, by {@link #isHeldBy}.
 *
 * <p>Progress: blocking. Ordering: an acquisition is a compare-and-set with volatile order, a
 * release is a release store, so one holder sees what the last one wrote. A claim and a release may
 * miss each other, since no fence stands between the release and the look for a claimant; then the
 * claimant wakes by itself after the time for which it parked.
 *
 * <p>Allocates nothing.
 */
public final class SegmentLock extends SegmentLockWords {
    /** Nobody holds the lock; thread ids are positive. */
    static final long FREE = 0;

    /** The longest time between two looks at a taken lock: well under a percent of a core. */
    static final long MAX_PARK_NS = 1_000_000;

    /** The first time; Linux adds 50 microseconds of its own. */
    private static final long MIN_PARK_NS = 50_000;

    /** How often a thread defers to the same claimant of a free lock. */
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
     * A free lock.
     *
     * @param events told of waits.
     */
    public SegmentLock(SegmentEvents events) {
        this(events, SPINS, YIELDS);
    }

    /**
     * A free lock whose waiters spin and yield as often as told before they claim and park; tests
     * of claims take 0.
     *
     * @param events told of waits.
     * @param spins looks at the lock with a pause between them.
     * @param yields looks with the processor given up between them.
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

    /** Takes the lock, as the thread with this id, which must not hold it. */
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

    /** Takes the lock if it is free and nobody has claimed it. */
    public boolean tryLock(long threadId) {
        return owner == FREE && claimant == null && OWNER.compareAndSet(this, FREE, threadId);
    }

    /** Lets the lock go, and wakes the claimant. */
    public void unlock() {
        final Thread next = (Thread) CLAIMANT.get(this);
        OWNER.setRelease(this, FREE);
        if (next != null) {
            LockSupport.unpark(next);
        }
    }

    /** Only the holder itself can find its own id in the word, so a plain race cannot mislead. */
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
            // A field, since an Error may have come because there is no stack for a call.
            if (claimant == self) {
                claimant = null;
            }
            if (interrupted) {
                self.interrupt();
            }
        }
    }

    /** Claims the lock if nobody has, and takes it if nobody else has claimed it. */
    private boolean tryLockAsClaimant(long threadId, Thread self) {
        final Thread first = claim(self);
        return (first == null || first == self)
                && owner == FREE
                && OWNER.compareAndSet(this, FREE, threadId);
    }

    /**
     * Claims the lock for a waiter if nobody has.
     *
     * @return who had, or {@code null} if the claim is the waiter's now.
     */
    public Thread claim(Thread waiter) {
        return (Thread) CLAIMANT.compareAndExchange(this, null, waiter);
    }

    /** Ends a waiter's claim, if it has one. */
    public void withdraw(Thread waiter) {
        CLAIMANT.compareAndSet(this, waiter, null);
    }
}
