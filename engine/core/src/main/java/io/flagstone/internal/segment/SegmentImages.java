// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.StateVisitor;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.Region;

/**
 * The operations that carry all entries of a segment out, and entries of another cache in, and
 * those of the reader of the feed of changes.
 *
 * <p>Thread-safe. Allocates nothing, except for {@link #newImage}.
 */
abstract class SegmentImages extends SegmentRemovals {
    static {
        resolve(Throwable.class);
    }

    /** A time at which no entry has expired. */
    private static final long BEFORE_ALL = -1;

    SegmentImages(Region region, SegmentConfig config) {
        super(region, config);
    }

    /**
     * Checks that the calling thread may call the cache.
     *
     * @throws IllegalStateException if it is in a callback of the cache.
     */
    public final void refuseCallback() {
        enter();
    }

    /**
     * Creates an image, for this segment and all others of its cache.
     *
     * @param epochOffsetNs what is added to a time since the cache's birth to get nanoseconds since
     *     1970.
     * @param bufferBytes the copies that writers may make between two steps.
     */
    public final SegmentImage newImage(long epochOffsetNs, int bufferBytes) {
        return new SegmentImage(config.layout(), epochOffsetNs, bufferBytes);
    }

    /**
     * Begins to take an image of the segment, which is of this moment. Until {@link #endImage},
     * values are written under the segment's lock. An Error or exception here or in {@link
     * #stepImage} ends the image.
     *
     * <p>The image of a cache that follows another has expired entries too, because the other cache
     * may have extended their deadlines.
     *
     * @param image prepared; no other image of this segment is being taken.
     */
    public final void beginImage(SegmentImage image) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = clock.observe(region);
            refusesUpdaters = true;
            // The updaters that have not seen this finish, and their values belong to the image.
            stripes.awaitAll();
            image.begin(region, entries.slabs, entries.following.isOn() ? BEFORE_ALL : now);
            entries.image = image;
            leave();
        } catch (final Throwable thrown) {
            imageEnded = true;
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Copies the next entries, and takes out the copies that were made since the last step.
     *
     * @param maxEntries the number of entries after which to stop.
     * @param maxBytes the number of bytes after which to stop; one entry may be longer.
     * @return whether there is more to copy.
     */
    public final boolean stepImage(SegmentImage image, int maxEntries, int maxBytes) {
        final long threadId = enter();
        try {
            lock(threadId);
            return leave(image.step(maxEntries, maxBytes));
        } catch (final Throwable thrown) {
            imageEnded = true;
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Ends the image, complete or not. Does nothing if none is being taken. If this throws an
     * Error, the next operation under the lock ends the image.
     */
    public final void endImage() {
        imageEnded = true;
        final long threadId = enter();
        try {
            // Forgets the image.
            lockEvenIfClosed(threadId);
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
            final boolean more = sweep.step(maxEntries, maxBytes, clock.observe(region));
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

    /**
     * Passes all live entries to a visitor, the least recently used first, under the lock.
     *
     * @return the number of entries.
     */
    public final long visitByUse(StateVisitor visitor) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            final EntryCursor cursor =
                    new EntryCursor(
                            region, store.order.allLists(), config.layout().classes().count());
            final long birthNs = config.times().birthNs();
            long visited = 0;
            while (cursor.advance()) {
                holdStripe(stripes.of(EntryDescriptor.hash(region, cursor.entry())));
                if (!entries.isExpired(cursor.entry(), now)) {
                    callbacks.visit(cursor.entry(), birthNs, visitor);
                    visited++;
                }
                release();
            }
            return leave(visited);
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
     * Empties the segment as if it had just been built: no slab has a size class, nothing is in the
     * wheel, and the recency clock starts again. The removal handler is not called.
     */
    public final void restart() {
        final long threadId = enter();
        try {
            lock(threadId);
            ChangeMark.beginReset(region);
            store.reset();
            region.putLong(SegmentDescriptor.RECENCY_CLOCK, 0);
            ChangeMark.end(region);
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
     * Writes an entry of another cache. It becomes the most recently used one. It replaces a
     * present entry of the key, expired or not.
     *
     * @param deadlineNs in nanoseconds since this cache's birth, not negative, past or not; or
     *     {@link TimesToLive#NONE}.
     * @param sliding whether hits renew the deadline, if this cache renews deadlines.
     * @throws io.flagstone.api.EntryTooLargeException if the entry needs more than a slab.
     */
    public final void load(
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            Object valueBase,
            long valueAddress,
            long deadlineNs,
            boolean sliding) {
        final int sizeClass = store.classFor(lengths);
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = deadlineNs == TimesToLive.NONE ? timeIfArmed() : clock.observe(region);
            store.reclaim(now);
            hold(hash);
            final int old = index.find(hash, keyBase, keyAddress, EntryLengths.key(lengths));
            leases.outdate(hash);
            final int claim = store.claim(old, hash, lengths, sizeClass, now);
            store.write(claim, hash, keyBase, keyAddress, lengths, valueBase, valueAddress);
            store.commit(
                    claim,
                    old,
                    hash,
                    EntryLengths.value(lengths),
                    deadlineNs,
                    sliding && timesToLive.canSlide(),
                    now);
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
