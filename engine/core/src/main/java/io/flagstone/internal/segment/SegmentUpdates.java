// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;

/**
 * The writes that change a part of a value and keep its length and its deadline. Each is a use.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class SegmentUpdates extends WritesInPlace {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    SegmentUpdates(Region region, SegmentConfig config) {
        super(region, config);
    }

    /**
     * Lets an updater change a value in place.
     *
     * @return whether the key was present.
     */
    public final boolean update(
            long hash, Object keyBase, long keyAddress, int keyLength, ValueUpdater updater) {
        final long threadId = enter();
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(false);
            }
            store.use(entry, now);
            store.update(entry, hash, keyBase, keyAddress, updater, now);
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
     * Writes a {@code long} at an index of a value.
     *
     * @return whether the key was present.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index.
     */
    public final boolean putLong(
            long hash, Object keyBase, long keyAddress, int keyLength, int valueIndex, long value) {
        final long threadId = enter();
        final long begun =
                beginLong(hash, keyBase, keyAddress, keyLength, valueIndex, false, threadId);
        if (begun > 0) {
            putLongInPlace((int) begun, hash, valueIndex, false, value, threadId);
            return true;
        }
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(false);
            }
            final int offset = ValueBytes.longOffset(region, entry, valueIndex);
            store.use(entry, now);
            store.values.putLong(entry, offset, value);
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
     * Replaces the {@code long} at an index of a value if it is the expected number.
     *
     * @return whether the number was written.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index.
     */
    public final boolean compareAndSetLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long expected,
            long value) {
        final long threadId = enter();
        final long begun =
                beginLong(hash, keyBase, keyAddress, keyLength, valueIndex, true, threadId);
        if (begun > 0) {
            return compareAndSetLongInPlace(
                    (int) begun, hash, valueIndex, expected, value, threadId);
        }
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            if (entry == Region.NONE) {
                leases.outdate(hash);
                return leave(false);
            }
            final int offset = ValueBytes.longOffset(region, entry, valueIndex);
            if (region.getLong(offset) != expected) {
                return leave(false);
            }
            leases.outdate(hash);
            store.use(entry, now);
            store.values.putLong(entry, offset, value);
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
     * Adds to the {@code long} at an index of a value.
     *
     * @param missing the result if the key is absent.
     * @return the sum, which wraps.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at that index.
     */
    public final long addAndGetLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        final long threadId = enter();
        final long begun =
                beginLong(hash, keyBase, keyAddress, keyLength, valueIndex, false, threadId);
        if (begun > 0) {
            return putLongInPlace((int) begun, hash, valueIndex, true, delta, threadId);
        }
        try {
            lock(threadId);
            final long now = timeIfArmed();
            store.reclaim(now);
            hold(hash);
            final int entry = find(hash, keyBase, keyAddress, keyLength, now);
            leases.outdate(hash);
            if (entry == Region.NONE) {
                return leave(missing);
            }
            final int offset = ValueBytes.longOffset(region, entry, valueIndex);
            store.use(entry, now);
            final long sum = region.getLong(offset) + delta;
            store.values.putLong(entry, offset, sum);
            return leave(sum);
        } catch (final Throwable thrown) {
            if (lock.owner == threadId) {
                failure = thrown;
                lock.owner = SegmentLock.FREE;
                recover(threadId);
            }
            throw thrown;
        }
    }

    /** Returns the live entry of a key, or none. The time may be 0 if no entry has a deadline. */
    final int find(long hash, Object keyBase, long keyAddress, int keyLength, long nowNs) {
        final int entry = index.find(hash, keyBase, keyAddress, keyLength);
        return entry == Region.NONE || entries.isExpired(entry, nowNs) ? Region.NONE : entry;
    }

    /** Returns the time, or 0 if no entry has a deadline. */
    final long timeIfArmed() {
        return store.wheel.armed() == 0 ? 0 : clock.observe(region);
    }
}
