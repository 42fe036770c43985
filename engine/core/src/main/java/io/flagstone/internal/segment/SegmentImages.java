// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.Region;

/**
 * The operations that carry all entries of a segment out, and entries of another cache in.
 *
 * <p>Thread-safe. Allocates nothing, except for {@link #newImage}.
 */
abstract class SegmentImages extends SegmentRemovals {
    static {
        resolve(Throwable.class);
    }

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
     * values are written under the segment's lock.
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
            image.begin(region, entries.slabs, now);
            entries.image = image;
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
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Ends the image, complete or not. Does nothing if none is being taken. */
    public final void endImage() {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            entries.image = null;
            refusesUpdaters = closed;
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
     * Writes an entry of another cache. It becomes the most recently used one.
     *
     * @param deadlineNs in nanoseconds since this cache's birth, or {@link TimesToLive#NONE}.
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
            final int old = find(hash, keyBase, keyAddress, EntryLengths.key(lengths), now);
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
