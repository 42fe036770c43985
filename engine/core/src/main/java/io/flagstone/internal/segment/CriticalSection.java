// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.RESET_ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.SEGMENT_RESETS;

import io.flagstone.api.CacheClosedException;
import io.flagstone.api.SegmentResetException;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import java.lang.ref.Reference;

/**
 * What every operation under a segment's lock begins and ends with, and what happens where one does
 * not come to its end: <em>a segment that may be damaged is emptied, never trusted.</em>
 *
 * <p>An operation has this form:
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
 * <p>An Error may come at any call in it: a stack overflow at the one that lets the lock go, too.
 * So the handler lets the lock go by storing a field, before it calls anything. Whether the thread
 * has the lock is in the lock's own word, so the Error may also have come between the acquisition
 * and its return.
 *
 * <p>The {@link ChangeMark} says whether the segment was being changed. If so, the next thread that
 * takes the lock finds the mark and lays the segment's tables out afresh, under an open version
 * window. Mostly that is the same thread, in {@link #recover}. If it has no stack left, it is
 * whoever comes next. The entries are gone then, counted, and reported to the error handler.
 *
 * <p>Nothing here allocates, but for the report of a reset.
 */
abstract class CriticalSection {
    static {
        resolve(Throwable.class);
    }

    final Region region;
    final SegmentConfig config;
    final SegmentLock lock;
    final Callbacks callbacks;
    final EntryStore store;
    boolean closed;

    /** What ended the last operation that did not end by itself; guarded by the lock. */
    Throwable failure;

    private final ReentryGuard guard;

    /** The entries that the last reset lost. */
    private long lost;

    CriticalSection(Region region, SegmentConfig config) {
        this.region = region;
        this.config = config;
        this.lock = new SegmentLock(config.events());
        this.guard = config.calls().guard();
        this.callbacks = new Callbacks(region, config);
        this.store = new EntryStore(region, config, callbacks);
        guard.register(lock);
    }

    /**
     * Does nothing with the class that a handler catches: naming it resolves it. Otherwise the JVM
     * resolves it when the handler is first needed, which calls the class loader, for which there
     * may be no stack. Each class with such handlers does this for itself.
     */
    static void resolve(Class<?> handled) {
        assert handled != null;
    }

    /**
     * Passes outside callbacks, and before anything is done.
     *
     * @return the calling thread's id.
     */
    final long enter() {
        final long threadId = ThreadId.current();
        guard.check(threadId);
        refuseHolder(threadId);
        return threadId;
    }

    /**
     * Passes unless the calling thread holds the lock, as only a clock that calls the cache does.
     */
    final void refuseHolder(long threadId) {
        if (lock.isHeldBy(threadId)) {
            throw new IllegalStateException(
                    "re-entry: the cache's clock may not call the cache; it is read under a lock");
        }
    }

    /** Takes the lock of a segment that is open and whole. */
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

    /** Takes the lock if that takes no waiting. */
    final boolean tryLock(long threadId) {
        if (!lock.tryLock(threadId)) {
            return false;
        }
        repairIfMarked();
        return true;
    }

    final void leave() {
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

    /** Repairs the segment at once, after an operation has failed and let the lock go. */
    final void recover(long threadId) {
        try {
            if (isAbandoned() && tryLock(threadId)) {
                leave();
            } else if (ChangeMark.peek(region) == ChangeMark.NONE) {
                // It changed nothing, so nobody will report it.
                failure = null;
            }
        } catch (final Throwable thrown) {
            // The caller hears of what came first; whoever takes the lock next repairs.
            if (lock.owner == threadId) {
                lock.owner = SegmentLock.FREE;
            }
        }
        Reference.reachabilityFence(region);
    }

    /** Whether the next thread that takes the lock has something to repair; needs no lock. */
    final boolean isAbandoned() {
        return ChangeMark.peek(region) != ChangeMark.NONE && lock.owner == SegmentLock.FREE;
    }

    private void repairIfMarked() {
        final long mark = ChangeMark.get(region);
        if (mark != ChangeMark.NONE) {
            repair(mark);
        }
    }

    private void repair(long mark) {
        callbacks.takeViewsOff();
        if (mark == ChangeMark.CHANGING) {
            lost = store.reset();
            store.entries.add(SEGMENT_RESETS, 1);
            store.entries.add(RESET_ENTRIES, lost);
            ChangeMark.set(region, ChangeMark.UNREPORTED);
            report();
            ChangeMark.end(region);
        } else {
            ChangeMark.end(region);
            if (mark == ChangeMark.UNREPORTED) {
                // For the second time, and the last.
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
