// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.internal.entry.EntryDescriptor.LONG_KEY;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;

/** The operations on leases, by which a caller that loads a value sees that it is still right. */
abstract class LeaseOperations extends BatchOperations {
    LeaseOperations(Segment[] segments, SegmentConfig config, long budgetBytes) {
        super(segments, config, budgetBytes);
    }

    /**
     * Takes a lease on a key, present or absent. The lease is current until the key is written or
     * removed, by whichever method and thread, also if it was absent then. A put that left a
     * present value alone, expiry and eviction do not outdate it, and neither does {@code setTtl}.
     *
     * <p>A caller that loads a value takes the lease first, reads the source, and then puts the
     * value by {@link #putLeased(long, DirectBuffer, int, int, long, long)}:
     *
     * <pre>{@code
     * final long lease = cache.lease(key);
     * try {
     *     final int length = source.read(key, value);
     *     cache.putLeased(key, value, 0, length, OffHeapCache.DEFAULT_TTL, lease);
     * } finally {
     *     cache.endLease(key, lease);
     * }
     * }</pre>
     *
     * <p>Any number of callers may hold leases on a key; the first that puts outdates the others.
     * Allocates on the heap, and holds that until {@link #endLease(long, long)}.
     *
     * @param key the key.
     * @return the lease, a positive number that means something for this key alone.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long lease(long key) {
        final long hash = hash(key);
        return segment(hash).lease(hash);
    }

    /**
     * Writes a value if a lease on its key is current, whether or not the key is present. This ends
     * no lease, but outdates all on the key.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @param lease what {@link #lease(long)} returned for the key.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putLeased(
            long key,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs,
            long lease) {
        return write(checkLease(lease), key, value, valueOffset, valueLength, ttlNs);
    }

    /**
     * Removes a key if a lease on it is current.
     *
     * @param key the key.
     * @param lease what {@link #lease(long)} returned for the key.
     * @return whether the key was present and was removed.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean removeLeased(long key, long lease) {
        checkLease(lease);
        final long hash = hash(key);
        return segment(hash).remove(lease, hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Tells whether a key has been neither written nor removed since a lease on it was taken.
     *
     * @param key the key.
     * @param lease what {@link #lease(long)} returned for the key, not ended yet.
     * @return whether the lease is current.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean isLeaseCurrent(long key, long lease) {
        final long hash = hash(key);
        return segment(hash).isLeaseCurrent(hash, lease);
    }

    /**
     * Ends a lease, once. Does nothing if the cache is closed.
     *
     * @param key the key.
     * @param lease what {@link #lease(long)} returned for the key.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException from one of the cache's callbacks.
     */
    public void endLease(long key, long lease) {
        checkLease(lease);
        endLeaseOf(hash(key));
    }

    /**
     * Takes a lease on a key, as {@link #lease(long)} does.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return the lease, a positive number that means something for this key alone.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long lease(DirectBuffer key, int keyOffset, int keyLength) {
        final long hash = hashOf(key, keyOffset, keyLength);
        return segment(hash).lease(hash);
    }

    /**
     * Writes a value if a lease on its key is current, whether or not the key is present. This ends
     * no lease, but outdates all on the key.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @param lease what {@link #lease(DirectBuffer, int, int)} returned for the key.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putLeased(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs,
            long lease) {
        return write(
                checkLease(lease),
                key,
                keyOffset,
                keyLength,
                value,
                valueOffset,
                valueLength,
                ttlNs);
    }

    /**
     * Removes a key if a lease on it is current.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param lease what {@link #lease(DirectBuffer, int, int)} returned for the key.
     * @return whether the key was present and was removed.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean removeLeased(DirectBuffer key, int keyOffset, int keyLength, long lease) {
        return removeIf(checkLease(lease), key, keyOffset, keyLength);
    }

    /**
     * Tells whether a key has been neither written nor removed since a lease on it was taken.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param lease what {@link #lease(DirectBuffer, int, int)} returned for the key, not ended yet.
     * @return whether the lease is current.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean isLeaseCurrent(DirectBuffer key, int keyOffset, int keyLength, long lease) {
        final long hash = hashOf(key, keyOffset, keyLength);
        return segment(hash).isLeaseCurrent(hash, lease);
    }

    /**
     * Ends a lease, once. Does nothing if the cache is closed.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param lease what {@link #lease(DirectBuffer, int, int)} returned for the key.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException from one of the cache's callbacks.
     */
    public void endLease(DirectBuffer key, int keyOffset, int keyLength, long lease) {
        checkLease(lease);
        endLeaseOf(hashOf(key, keyOffset, keyLength));
    }

    private void endLeaseOf(long hash) {
        final Segment[] current = segmentsOrNull();
        if (current != null) {
            current[segmentNumber(hash)].endLease(hash);
        }
    }

    private static long checkLease(long lease) {
        if (lease <= 0) {
            throw new IllegalArgumentException(
                    "lease must be a number that lease() returned, which is positive: lease="
                            + lease);
        }
        return lease;
    }
}
