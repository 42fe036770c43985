// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;

/**
 * The removals of single keys. They hold the lock and the key's stripe, so the value that is
 * compared or copied is the value that is removed.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentRemovals extends SegmentUpdates {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    SegmentRemovals(Region region, SegmentConfig config) {
        super(region, config);
    }

    /**
     * Removes a key.
     *
     * @param condition {@link PutCondition#ALWAYS} or a lease.
     * @return whether the key was present and the condition held.
     */
    public final boolean remove(
            long condition, long hash, Object keyBase, long keyAddress, int keyLength) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            if (PutCondition.isLease(condition) && !leases.isCurrent(hash, condition)) {
                return leave(false);
            }
            leases.outdate(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.remove(entry, RemovalCause.REMOVED);
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
     * Removes a key whose value is equal to the expected value.
     *
     * @return whether the key was removed.
     */
    public final boolean removeIfEqual(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object expectedBase,
            long expectedAddress,
            int expectedLength) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry != Region.NONE
                    && !ValueBytes.equal(
                            region, entry, expectedBase, expectedAddress, expectedLength)) {
                return leave(false);
            }
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.remove(entry, RemovalCause.REMOVED);
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

    /** Copies a value out and removes the key. If the value does not fit, the key stays. */
    public final int getAndRemove(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                leases.outdate(hash);
                config.counters().increment(ReadCounters.MISSES, threadId);
                return leave(Segment.NOT_FOUND);
            }
            config.counters().increment(ReadCounters.HITS, threadId);
            final int length =
                    ValueBytes.copyOut(
                            region, entry, keyLength, destinationBase, destination, room);
            if (length != Segment.INSUFFICIENT_CAPACITY) {
                leases.outdate(hash);
                store.remove(entry, RemovalCause.REMOVED);
            }
            return leave(length);
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
