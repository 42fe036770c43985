// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.StateVisitor;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;

/**
 * The operations that carry all entries of a segment out.
 *
 * <p>Thread-safe. Allocates nothing, except for {@link #newImage}.
 */
abstract class SegmentImages extends SegmentRemovals {
    static {
        ClassResolution.resolve(Throwable.class);
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
     * @param image prepared; no other image of this segment is being taken.
     */
    public final void beginImage(SegmentImage image) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeOfState();
            refusesUpdaters = true;
            // The updaters that have not seen this finish, and their values belong to the image.
            stripes.awaitAll();
            image.begin(region, entries.slabs, now);
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
     * Returns the time at which an entry must be alive to be carried out. For a cache that follows
     * another it is before all deadlines, because the other cache may have extended them.
     */
    final long timeOfState() {
        final long now = clock.observe(region);
        return entries.following.isOn() ? BEFORE_ALL : now;
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
            final long visits = callbacks.beginVisits();
            long visited = 0;
            try {
                while (cursor.advance()) {
                    holdStripe(stripes.of(EntryDescriptor.hash(region, cursor.entry())));
                    if (!entries.isExpired(cursor.entry(), now)) {
                        callbacks.visitNext(cursor.entry(), birthNs, visitor);
                        visited++;
                    }
                    release();
                }
            } finally {
                callbacks.endVisits(visits);
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
     * Passes the next keys of a listing, which begins here if it has not. From then on until {@link
     * #endListing}, the key of every entry that gets a chunk is passed, too.
     *
     * @param listing of this segment alone.
     * @param maxKeys the number of keys after which to stop.
     * @return whether there is more to pass.
     * @throws IllegalStateException if another listing of this segment has not been ended.
     */
    public final boolean stepListing(SegmentListing listing, int maxKeys) {
        final long threadId = enter();
        try {
            lock(threadId);
            if (entries.listing != listing) {
                if (entries.listing != null || listing.hasBegun()) {
                    throw new IllegalStateException("another list of the keys is open: close it");
                }
                listing.begin(entries.slabs);
                entries.listing = listing;
            }
            final long visits = callbacks.beginVisits();
            boolean more = false;
            try {
                more = listing.step(region, callbacks, maxKeys);
            } finally {
                callbacks.endVisits(visits);
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

    /** Ends a listing, unless it has not begun or has ended. */
    public final void endListing(SegmentListing listing) {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            if (entries.listing == listing) {
                entries.listing = null;
            }
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
     * Passes a live entry to a visitor. This is no use.
     *
     * @return whether there is one.
     */
    public final boolean visitOne(
            long hash, Object keyBase, long keyAddress, int keyLength, StateVisitor visitor) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            hold(hash);
            final int entry = liveEntry(hash, keyBase, keyAddress, keyLength, now);
            if (entry != Region.NONE) {
                final long visits = callbacks.beginVisits();
                try {
                    callbacks.visitNext(entry, config.times().birthNs(), visitor);
                } finally {
                    callbacks.endVisits(visits);
                }
            }
            return leave(entry != Region.NONE);
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
     * Returns the stamp of a live entry: the later it was used, the larger.
     *
     * @return the stamp, or {@link Segment#NOT_FOUND}.
     */
    public final long stampOf(long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        try {
            lock(threadId);
            final int entry = liveEntry(hash, keyBase, keyAddress, keyLength, timeIfArmed());
            return leave(
                    entry == Region.NONE
                            ? Segment.NOT_FOUND
                            : EntryDescriptor.stamp(region, entry));
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    private int liveEntry(long hash, Object keyBase, long keyAddress, int keyLength, long now) {
        final int entry = index.find(hash, keyBase, keyAddress, keyLength);
        return entry != Region.NONE && entries.isExpired(entry, now) ? Region.NONE : entry;
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
}
