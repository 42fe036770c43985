// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;

/**
 * The operations of the reader of the feed of changes.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentSweeps extends SegmentImages {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    SegmentSweeps(Region region, SegmentConfig config) {
        super(region, config);
    }

    /**
     * Copies the next entries to the feed of changes, for a synchronisation.
     *
     * @param sweep of this segment if it is under way, otherwise it begins here.
     * @param maxEntries the number of entries after which to stop.
     * @param maxBytes the number of bytes after which to stop; one entry may be longer.
     * @return whether there is more to copy.
     */
    public final boolean sweep(SegmentSweep sweep, int maxEntries, int maxBytes) {
        final long threadId = enter();
        try {
            lock(threadId);
            if (entries.sweep != sweep) {
                sweep.begin(region, entries.slabs, stripes, entries.feed);
                entries.sweep = sweep;
            }
            final boolean more = sweep.step(maxEntries, maxBytes, timeOfState());
            if (!more) {
                entries.sweep = null;
            }
            return leave(more);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Gives a synchronisation up, if one is under way in this segment. */
    public final void endSweep() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            entries.sweep = null;
            leave();
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Waits until every operation that is under way, or that has ended by an Error, has left the
     * feed of changes.
     */
    public final void awaitWriters() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            stripes.awaitAll();
            leave();
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }
}
