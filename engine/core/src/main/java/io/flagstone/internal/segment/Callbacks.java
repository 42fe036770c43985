// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.EntryVisitor;
import io.flagstone.api.KeyVisitor;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import io.flagstone.api.StateVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Calls the user's code with flyweights over an entry.
 *
 * <p>The flyweights wrap the entry only during the call. Afterwards they wrap an empty array, so a
 * callback that keeps one cannot reach the memory later. They wrap exactly the key and the value,
 * so a callback cannot reach other memory through them. A buffer that a callback wraps around a
 * flyweight does not keep the memory alive.
 *
 * <p>Guarded by the segment's lock. Allocates nothing, except for the snapshot of a value on the
 * heap that {@link #keep} takes for an update. The snapshot grows to the longest value updated.
 */
final class Callbacks {
    private static final byte[] EMPTY = new byte[0];
    private static final int MIN_SNAPSHOT_BYTES = 256;

    private final Region region;
    private final RemovalHandler removalHandler;
    private final ErrorHandler errorHandler;
    private final ReentryGuard guard;
    private final UnsafeBuffer keyView = new UnsafeBuffer(EMPTY);
    private final UnsafeBuffer valueView = new UnsafeBuffer(EMPTY);
    private final UnsafeBuffer snapshot = new UnsafeBuffer(EMPTY);

    Callbacks(Region region, SegmentConfig config) {
        this.region = region;
        this.removalHandler = config.calls().removalHandler();
        this.errorHandler = config.calls().errorHandler();
        this.guard = config.calls().guard();
    }

    /** Returns whether there is a removal handler. */
    boolean handlesRemovals() {
        return removalHandler != null;
    }

    /**
     * Calls the removal handler, if there is one, with an entry whose bytes are still intact.
     * Reports what the handler throws to the error handler.
     */
    void removed(RemovalCause cause, int entry) {
        if (removalHandler != null) {
            final long threadId = enter(entry);
            try {
                removalHandler.onRemoval(cause, keyView, valueView);
            } catch (Throwable thrown) {
                report(thrown);
            } finally {
                leave(threadId);
            }
        }
    }

    void read(int entry, ValueReader reader) {
        final long threadId = enter(entry);
        try {
            reader.onValue(valueView);
        } finally {
            leave(threadId);
        }
    }

    void visit(int entry, EntryVisitor visitor) {
        final long threadId = enter(entry);
        try {
            visitor.onEntry(keyView, valueView);
        } finally {
            leave(threadId);
        }
    }

    /**
     * Begins visits of many entries: the thread is in a callback until {@link #endVisits}.
     *
     * @return the thread's id.
     */
    long beginVisits() {
        final long threadId = ThreadId.current();
        beginCall();
        guard.enter(threadId);
        return threadId;
    }

    /**
     * Passes an entry with its deadline to a visitor, between {@link #beginVisits} and {@link
     * #endVisits}.
     *
     * @param birthNs what the cache's clock showed when the cache was built.
     */
    void visitNext(int entry, long birthNs, StateVisitor visitor) {
        final long deadlineNs = EntryDescriptor.deadline(region, entry);
        final boolean limited = deadlineNs != EntryDescriptor.NO_DEADLINE;
        putViewsOn(entry);
        visitor.onEntry(
                keyView,
                valueView,
                limited ? birthNs + deadlineNs : StateVisitor.NO_DEADLINE,
                EntryDescriptor.isSliding(region, entry));
    }

    /** Passes a key to a visitor, between {@link #beginVisits} and {@link #endVisits}. */
    void visitNextKey(int entry, KeyVisitor visitor) {
        putKeyViewOn(entry);
        visitor.onKey(keyView);
    }

    /** Passes a key to a visitor, and reports what that throws to the error handler. */
    void tellKey(int entry, KeyVisitor visitor) {
        final long threadId = enter(entry);
        try {
            visitor.onKey(keyView);
        } catch (Throwable thrown) {
            report(thrown);
        } finally {
            leave(threadId);
        }
    }

    /** Ends visits of many entries. */
    void endVisits(long threadId) {
        leave(threadId);
    }

    /** Copies a value to the snapshot, for {@link #restore}. */
    void keep(int entry) {
        final int offset = EntryDescriptor.valueOffset(region, entry);
        final int length = EntryDescriptor.valueLength(region, entry);
        if (snapshot.capacity() < length) {
            snapshot.wrap(
                    new byte[Math.max(MIN_SNAPSHOT_BYTES, Integer.highestOneBit(length) << 1)]);
        }
        region.copyOut(offset, snapshot.byteArray(), snapshot.addressOffset(), length);
    }

    /** Restores a value from the snapshot. */
    void restore(int entry) {
        region.copyIn(
                EntryDescriptor.valueOffset(region, entry),
                snapshot.byteArray(),
                snapshot.addressOffset(),
                EntryDescriptor.valueLength(region, entry));
    }

    void update(int entry, ValueUpdater updater) {
        final long threadId = enter(entry);
        try {
            updater.onValue(valueView);
        } finally {
            leave(threadId);
        }
    }

    /** Passes an exception to the error handler that no caller receives. */
    void tell(Throwable thrown) {
        final long threadId = ThreadId.current();
        guard.enter(threadId);
        try {
            report(thrown);
        } finally {
            guard.leave(threadId);
        }
    }

    /** Unwraps the flyweights, also after a callback that ended without enough stack to do so. */
    void takeViewsOff() {
        keyView.wrap(EMPTY);
        valueView.wrap(EMPTY);
    }

    private long enter(int entry) {
        final long threadId = ThreadId.current();
        beginCall();
        putViewsOn(entry);
        guard.enter(threadId);
        return threadId;
    }

    private void beginCall() {
        if (ChangeMark.get(region) == ChangeMark.NONE) {
            ChangeMark.set(region, ChangeMark.CALLING);
        }
    }

    private void putKeyViewOn(int entry) {
        region.wrap(
                keyView,
                EntryDescriptor.keyOffset(entry),
                EntryDescriptor.keyLength(region, entry));
    }

    private void putViewsOn(int entry) {
        putKeyViewOn(entry);
        region.wrap(
                valueView,
                EntryDescriptor.valueOffset(region, entry),
                EntryDescriptor.valueLength(region, entry));
    }

    private void leave(long threadId) {
        guard.leave(threadId);
        takeViewsOff();
        if (ChangeMark.get(region) == ChangeMark.CALLING) {
            ChangeMark.set(region, ChangeMark.NONE);
        }
    }

    /** Calls the error handler and ignores what it throws, so that the operation continues. */
    private void report(Throwable thrown) {
        try {
            errorHandler.onError(thrown);
        } catch (Throwable ignored) {
            // There is no other handler to report to.
        }
    }
}
