// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.memory.Region;
import java.lang.ref.Reference;

/**
 * The changes that another cache tells, in addition to {@link #load}. They find an entry whether or
 * not it has expired, because the other cache decides whether it has.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentChanges extends SegmentImages {
    static {
        resolve(Throwable.class);
    }

    SegmentChanges(Region region, SegmentConfig config) {
        super(region, config);
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
}
