// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.internal.entry.EntryDescriptor.LONG_KEY;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;

/**
 * The operations on leases, which tell a caller that loads a value whether it may have become
 * stale.
 */
abstract class LeaseOperations extends BatchOperations {
    LeaseOperations(Segment[] segments, SegmentConfig config, long budgetBytes) {
        super(segments, config, budgetBytes);
    }

    /**
     * Takes a lease on a key, present or absent. The lease is current until the key is written or
     * removed, by any method and any thread, even if the key was absent. These do not outdate a
     * lease: a put that leaves a present value unchanged, expiry, eviction and {@code setTtl}.
     *
     * <p>A caller that loads a value first takes a lease, then reads the source, and then puts the
     * value with {@link #putLeased(long, DirectBuffer, int, int, long, long)}:
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
     * <p>Any number of callers may hold leases on a key. The first that puts a value outdates the
     * others. A lease takes memory on the heap until {@link #endLease(long, long)}.
     *
     * @param key the key.
     * @return the lease, a positive number that is valid only for this key.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long lease(long key) {
        final long hash = hash(key);
        return writable(hash).lease(hash);
    }

    /**
     * Writes a value if a lease on its key is current, whether or not the key is present. A
     * successful write outdates all leases on the key but ends none.
     *
     * @param key the key.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @param lease the lease that {@link #lease(long)} returned for the key.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
     * @param lease the lease that {@link #lease(long)} returned for the key.
     * @return whether the key was present and was removed.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean removeLeased(long key, long lease) {
        checkLease(lease);
        final long hash = hash(key);
        return writable(hash).remove(lease, hash, LONG_KEY, key, Long.BYTES);
    }

    /**
     * Returns whether a lease is current: whether its key has been neither written nor removed
     * since.
     *
     * @param key the key.
     * @param lease the lease that {@link #lease(long)} returned for the key, not ended yet.
     * @return whether the lease is current.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean isLeaseCurrent(long key, long lease) {
        final long hash = hash(key);
        return segment(hash).isLeaseCurrent(hash, lease);
    }

    /**
     * Ends a lease and frees its memory. Call this once for each lease. Does nothing if the cache
     * is closed.
     *
     * @param key the key.
     * @param lease the lease that {@link #lease(long)} returned for the key.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if one of the cache's callbacks makes the call.
     */
    public void endLease(long key, long lease) {
        checkLease(lease);
        endLeaseOf(hash(key));
    }

    /**
     * Takes a lease on a key as {@link #lease(long)} does.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @return the lease, a positive number that is valid only for this key.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long lease(DirectBuffer key, int keyOffset, int keyLength) {
        final long hash = hashOf(key, keyOffset, keyLength);
        return writable(hash).lease(hash);
    }

    /**
     * Writes a value if a lease on its key is current, whether or not the key is present. A
     * successful write outdates all leases on the key but ends none.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value in its buffer.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @param lease the lease that {@link #lease(DirectBuffer, int, int)} returned for the key.
     * @return whether the value was written.
     * @throws EntryTooLargeException if the entry does not fit a slab; the cache is unchanged.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param lease the lease that {@link #lease(DirectBuffer, int, int)} returned for the key.
     * @return whether the key was present and was removed.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean removeLeased(DirectBuffer key, int keyOffset, int keyLength, long lease) {
        return removeIf(checkLease(lease), key, keyOffset, keyLength);
    }

    /**
     * Returns whether a lease is current: whether its key has been neither written nor removed
     * since.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param lease the lease that {@link #lease(DirectBuffer, int, int)} returned for the key, not
     *     ended yet.
     * @return whether the lease is current.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public boolean isLeaseCurrent(DirectBuffer key, int keyOffset, int keyLength, long lease) {
        final long hash = hashOf(key, keyOffset, keyLength);
        return segment(hash).isLeaseCurrent(hash, lease);
    }

    /**
     * Ends a lease and frees its memory. Call this once for each lease. Does nothing if the cache
     * is closed.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key in its buffer.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param lease the lease that {@link #lease(DirectBuffer, int, int)} returned for the key.
     * @throws IllegalArgumentException if the lease is not positive.
     * @throws IllegalStateException if one of the cache's callbacks makes the call.
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
