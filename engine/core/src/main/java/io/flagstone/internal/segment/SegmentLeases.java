// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;

/**
 * The operations on leases, under the segment's lock.
 *
 * <p>Thread-safe. Taking a lease may allocate.
 */
abstract class SegmentLeases extends CriticalSection {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    /** Guarded by the lock. */
    final Leases leases = new Leases();

    SegmentLeases(Region region, SegmentConfig config) {
        super(region, config);
    }

    /**
     * Takes a lease on a key, present or not.
     *
     * @return a positive number, which is a condition for {@link Segment#put} and {@link
     *     Segment#remove}.
     */
    public final long lease(long hash) {
        final long threadId = enter();
        try {
            lock(threadId);
            // An updater that sees no lease finishes its write before the lease is taken.
            hold(hash);
            return leave(leases.take(hash));
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Returns whether the key has been neither written nor removed since the lease was taken. */
    public final boolean isLeaseCurrent(long hash, long lease) {
        final long threadId = enter();
        try {
            lock(threadId);
            return leave(leases.isCurrent(hash, lease));
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Ends a lease, even if the segment is closed. */
    public final void endLease(long hash) {
        final long threadId = enter();
        try {
            lockEvenIfClosed(threadId);
            leases.end(hash);
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
