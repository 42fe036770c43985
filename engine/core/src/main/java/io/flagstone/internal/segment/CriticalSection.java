// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.RESET_ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.SEGMENT_RESETS;

import io.flagstone.api.CacheClosedException;
import io.flagstone.api.SegmentResetException;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import io.flagstone.internal.stripe.Stripes;
import java.lang.ref.Reference;

/**
 * The beginning and end of every operation under a segment's lock, and the recovery from an
 * operation that did not finish: <em>a segment that may be damaged is emptied, never trusted.</em>
 *
 * <p>Every operation has this form:
 *
 * <pre>{@code
 * final long threadId = enter();
 * try {
 *     lock(threadId);
 *     ...
 *     return leave(result);
 * } catch (final Throwable thrown) {
 *     if (lock.owner == threadId) {
 *         failure = thrown;
 *         lock.owner = SegmentLock.FREE;
 *         recover(threadId);
 *     }
 *     throw thrown;
 * }
 * }</pre>
 *
 * <p>Any call in it may throw an Error, for example a stack overflow, including the call that
 * releases the lock. Therefore the handler first releases the lock with a field store, before it
 * calls anything. The lock's own word says whether the thread holds the lock, so the handler is
 * correct even if the Error came between the acquisition and its return.
 *
 * <p>The {@link ChangeMark} says whether the segment was being changed. If so, the next thread that
 * takes the lock finds the mark and lays out the segment's tables afresh, in an open write window.
 * Usually that is the same thread, in {@link #recover}. If it has no stack left, it is the next
 * thread that takes the lock. The entries are lost, and the loss is counted and reported to the
 * error handler.
 *
 * <p>Allocates nothing, except for the report of a reset.
 */
abstract class CriticalSection {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    final Region region;
    final SegmentConfig config;
    final SegmentLock lock;
    final Callbacks callbacks;
    final EntryStore store;
    final Stripes stripes;
    boolean closed;

    /**
     * Whether values are written under the lock alone: in a closed segment, and while an image is
     * taken. Guarded by the lock; a thread with a stripe may read it. One that holds a stripe while
     * this is set may not have seen it, and is awaited.
     */
    boolean refusesUpdaters;

    /**
     * Set when the image that is being taken has ended, complete or not. The next thread that takes
     * the lock forgets the image and clears this. It is set without the lock, by a field store, so
     * a thread that leaves an image by an Error does not need the stack for anything else.
     */
    volatile boolean imageEnded;

    /**
     * The exception that ended the last failed operation, until it is reported; guarded by the
     * lock.
     */
    Throwable failure;

    private final ReentryGuard guard;

    /** The number of entries that the last reset lost. */
    private long lost;

    CriticalSection(Region region, SegmentConfig config) {
        this.region = region;
        this.config = config;
        this.lock = new SegmentLock(config.events());
        this.guard = config.calls().guard();
        this.callbacks = new Callbacks(region, config);
        this.store = new EntryStore(region, config, callbacks);
        this.stripes = store.stripes;
        guard.register(lock);
    }

    /**
     * Checks that the calling thread is not in a callback of this cache. Every operation calls this
     * first.
     *
     * @return the calling thread's id.
     * @throws IllegalStateException if the thread is in a callback or holds the lock.
     */
    final long enter() {
        final long threadId = ThreadId.current();
        guard.check(threadId);
        refuseHolder(threadId);
        return threadId;
    }

    /**
     * Checks that the calling thread does not hold the lock. It holds it only if the cache's clock,
     * which is read under the lock, calls the cache.
     */
    final void refuseHolder(long threadId) {
        if (lock.isHeldBy(threadId)) {
            throw new IllegalStateException(
                    "re-entry: the clock must not call its cache, which reads it under a lock");
        }
    }

    /**
     * Takes the lock, and repairs the segment if an operation did not finish.
     *
     * @throws CacheClosedException if the segment is closed.
     */
    final void lock(long threadId) {
        lockEvenIfClosed(threadId);
        if (closed) {
            throw new CacheClosedException();
        }
    }

    final void lockEvenIfClosed(long threadId) {
        lock.lock(threadId);
        repairIfMarked();
    }

    /**
     * Takes the lock for a read that may have begun before the segment was closed. It goes on after
     * the close, except in a persistent segment: another process may have the region by then.
     *
     * @throws CacheClosedException if the segment is closed and persistent.
     */
    final void lockToRead(long threadId) {
        lockEvenIfClosed(threadId);
        if (isGivenUp()) {
            throw new CacheClosedException();
        }
    }

    /**
     * Returns whether another process may have the region, so that nothing may be written to it.
     */
    final boolean isGivenUp() {
        return closed && config.layout().isPersistent();
    }

    /** Takes the lock if it is free, and then repairs the segment if necessary. */
    final boolean tryLock(long threadId) {
        if (!lock.tryLock(threadId)) {
            return false;
        }
        repairIfMarked();
        return true;
    }

    /**
     * Locks the stripe of a key until the operation leaves, so that no updater writes the key's
     * value meanwhile. Requires the lock. Operations call this before they look the key up.
     */
    final void hold(long hash) {
        holdStripe(stripes.of(KeyedHash.indexHash(hash)));
    }

    final void holdStripe(int stripe) {
        if (stripes.isShared()) {
            // Before the stripe is locked, so that an Error does not leave it locked for good.
            lock.stripe = stripe;
            stripes.lock(stripe);
        }
    }

    /** Releases the stripe that {@link #hold} has locked, if any. */
    final void release() {
        final int stripe = lock.stripe;
        if (stripe != Region.NONE) {
            stripes.unlockIfLocked(stripe);
            lock.stripe = Region.NONE;
        }
    }

    final void leave() {
        release();
        lock.unlock();
        Reference.reachabilityFence(region);
    }

    final boolean leave(boolean result) {
        leave();
        return result;
    }

    final int leave(int result) {
        leave();
        return result;
    }

    final long leave(long result) {
        leave();
        return result;
    }

    /**
     * Repairs the segment after an operation has failed and released the lock, if the lock is free.
     */
    final void recover(long threadId) {
        try {
            if (isAbandoned() && tryLock(threadId)) {
                leave();
            } else if (ChangeMark.peek(region) == ChangeMark.NONE) {
                // The operation changed nothing, so there will be no report of a reset.
                failure = null;
            }
        } catch (final Throwable thrown) {
            // The caller gets the first exception. The next thread that takes the lock repairs the
            // segment.
            if (lock.owner == threadId) {
                lock.owner = SegmentLock.FREE;
            }
        }
        Reference.reachabilityFence(region);
    }

    /** Returns whether a free lock leaves something to repair. Needs no lock. */
    final boolean isAbandoned() {
        return (ChangeMark.peek(region) != ChangeMark.NONE || stripes.damaged || imageEnded)
                && lock.owner == SegmentLock.FREE;
    }

    private void repairIfMarked() {
        if (imageEnded) {
            store.entries.image = null;
            refusesUpdaters = closed;
            imageEnded = false;
        }
        if (isGivenUp()) {
            // Nothing is left to repair, and a mark would be that of another process.
            return;
        }
        final long mark = ChangeMark.get(region);
        if (mark != ChangeMark.NONE) {
            repair(mark);
        }
        // If the last operation under the lock failed, it has not released its stripe.
        release();
        if (stripes.damaged) {
            stripes.repair();
        }
    }

    /**
     * Takes over the stripe of an updater that has failed, if the lock is free. Otherwise the next
     * thread that takes the lock does it.
     */
    final void recoverStripe(long threadId) {
        try {
            if (tryLock(threadId)) {
                leave();
            }
        } catch (final Throwable thrown) {
            // The caller gets the first exception.
            if (lock.owner == threadId) {
                lock.owner = SegmentLock.FREE;
            }
        }
        Reference.reachabilityFence(region);
    }

    private void repair(long mark) {
        callbacks.takeViewsOff();
        if (mark == ChangeMark.CHANGING || mark == ChangeMark.RESETTING) {
            ChangeMark.beginReset(region);
            lost = store.reset();
            store.entries.add(SEGMENT_RESETS, 1);
            store.entries.add(RESET_ENTRIES, lost);
            ChangeMark.endReset(region);
            report();
            ChangeMark.end(region);
        } else {
            ChangeMark.end(region);
            if (mark == ChangeMark.UNREPORTED) {
                // The second attempt to report, and the last.
                report();
            }
        }
    }

    private void report() {
        config.events().segmentReset(lost);
        callbacks.tell(new SegmentResetException(config.events().segment(), lost, failure));
        failure = null;
    }
}
