// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.EntryVisitor;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
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
 * <p>The flyweights are laid over the entry for the call and taken off it after, so that one that
 * was kept finds nothing. They wrap the address of a key or value, so that nothing beyond it can be
 * reached through them. A copy that a callback makes by wrapping one does not keep the memory.
 *
 * <p>Guarded by the segment's lock. Allocates nothing, but for the copy of a value that {@link
 * #update} keeps on the heap: it grows to the longest value updated.
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

    /** Tells the removal handler, if there is one, of an entry whose bytes are still whole. */
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

    /** Copies a value to the heap, for {@link #restore}. */
    void keep(int entry) {
        final int offset = EntryDescriptor.valueOffset(region, entry);
        final int length = EntryDescriptor.valueLength(region, entry);
        if (snapshot.capacity() < length) {
            snapshot.wrap(
                    new byte[Math.max(MIN_SNAPSHOT_BYTES, Integer.highestOneBit(length) << 1)]);
        }
        region.copyOut(offset, snapshot.byteArray(), snapshot.addressOffset(), length);
    }

    /** Puts a value back that was kept. */
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

    /** Tells the error handler of something that no caller hears of otherwise. */
    void tell(Throwable thrown) {
        final long threadId = ThreadId.current();
        guard.enter(threadId);
        try {
            report(thrown);
        } finally {
            guard.leave(threadId);
        }
    }

    /** Takes the flyweights off an entry where a callback ended without stack to do so. */
    void takeViewsOff() {
        keyView.wrap(EMPTY);
        valueView.wrap(EMPTY);
    }

    private long enter(int entry) {
        final long threadId = ThreadId.current();
        if (ChangeMark.get(region) == ChangeMark.NONE) {
            ChangeMark.set(region, ChangeMark.CALLING);
        }
        region.wrap(
                keyView,
                EntryDescriptor.keyOffset(entry),
                EntryDescriptor.keyLength(region, entry));
        region.wrap(
                valueView,
                EntryDescriptor.valueOffset(region, entry),
                EntryDescriptor.valueLength(region, entry));
        guard.enter(threadId);
        return threadId;
    }

    private void leave(long threadId) {
        guard.leave(threadId);
        takeViewsOff();
        if (ChangeMark.get(region) == ChangeMark.CALLING) {
            ChangeMark.set(region, ChangeMark.NONE);
        }
    }

    /** An error handler that throws as well has had its say: the operation goes on. */
    private void report(Throwable thrown) {
        try {
            errorHandler.onError(thrown);
        } catch (Throwable ignored) {
            // Nobody is left to be told.
        }
    }
}
