// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;
import java.lang.ref.Reference;

/**
 * The changes that another cache tells, and the entries of another cache. They find an entry
 * whether or not it has expired, because the other cache decides whether it has.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentChanges extends SegmentSweeps {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    SegmentChanges(Region region, SegmentConfig config) {
        super(region, config);
    }

    /**
     * Touches the line of the index that {@link #load} of this hash needs first, so that the misses
     * of several loads overlap. Takes no lock.
     *
     * @return a number without a meaning, for which the line had to be read.
     */
    public final long prefetch(long hash) {
        final long word = index.lookup().prefetch(region, hash);
        Reference.reachabilityFence(region);
        return word;
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

    /**
     * Removes a key that another cache has removed. It counts as expired or as removed.
     *
     * @param cause told to the removal handler.
     * @return whether the segment had an entry of the key.
     */
    public final boolean unload(
            long hash, Object keyBase, long keyAddress, int keyLength, RemovalCause cause) {
        final long threadId = enter();
        try {
            lock(threadId);
            hold(hash);
            leases.outdate(hash);
            final int entry = index.find(hash, keyBase, keyAddress, keyLength);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.remove(entry, cause);
            return leave(true);
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
     * Sets the deadline of a key. This is not a use.
     *
     * @param deadlineNs in nanoseconds since this cache's birth, not negative, past or not; or
     *     {@link TimesToLive#NONE}.
     * @param sliding whether hits renew the deadline, if this cache renews deadlines.
     * @return whether the segment had an entry of the key.
     */
    public final boolean setDeadline(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            long deadlineNs,
            boolean sliding) {
        final long threadId = enter();
        try {
            lock(threadId);
            hold(hash);
            final int entry = index.find(hash, keyBase, keyAddress, keyLength);
            if (entry == Region.NONE) {
                return leave(false);
            }
            final long now = deadlineNs == TimesToLive.NONE ? timeIfArmed() : clock.observe(region);
            store.values.setDeadline(entry, deadlineNs, sliding && timesToLive.canSlide(), now);
            return leave(true);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Returns how many entries the segment has evicted, from its creation on. Takes no lock. */
    public final long evictions() {
        final long evictions =
                region.getLongOpaque(SegmentDescriptor.BOUND_EVICTIONS)
                        + region.getLongOpaque(SegmentDescriptor.ROOM_EVICTIONS);
        Reference.reachabilityFence(region);
        return evictions;
    }

    /** Returns how often the segment was emptied after an Error. Takes no lock. */
    public final long resets() {
        final long resets = region.getLongOpaque(SegmentDescriptor.SEGMENT_RESETS);
        Reference.reachabilityFence(region);
        return resets;
    }
}
