// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import org.agrona.collections.Long2ObjectHashMap;

/**
 * The leases of a segment. They record for each key that a caller is loading whether the key has
 * been written or removed since.
 *
 * <p>A caller that loads a missing value takes a lease on the key, reads the source, and puts the
 * value on condition that the lease is current. A write or removal of the key in between outdates
 * the lease, even if it finds the key absent, because it means that the source has changed. Expiry
 * and eviction do not outdate a lease, because the source still has the same value. (Nishtala and
 * others: Scaling Memcache at Facebook, NSDI 2013, section 3.2.1.)
 *
 * <p>A key is identified by its 64-bit hash. Two keys with the same hash outdate each other's
 * leases, which costs an additional load but is not an error. A lease is the number that the key's
 * last write had when the lease was taken. Numbers are never reused.
 *
 * <p>Guarded by the segment's lock. The table is on the heap and as large as the number of leased
 * keys. Without leases, a write reads one field.
 */
final class Leases {
    private static final class Leased {
        /** The number of the last write. */
        private long current;

        private int holders;
    }

    private final Long2ObjectHashMap<Leased> byHash = new Long2ObjectHashMap<>();
    private long last;

    /** Leases up to this number are outdated, whatever their key. */
    private long cleared;

    /** The number of leased keys. */
    private int keys;

    /**
     * Takes a lease.
     *
     * @return a positive number.
     */
    long take(long hash) {
        Leased leased = byHash.get(hash);
        if (leased == null) {
            leased = new Leased();
            byHash.put(hash, leased);
            keys = byHash.size();
        }
        if (leased.current <= cleared) {
            leased.current = ++last;
        }
        leased.holders++;
        return leased.current;
    }

    /** Ends a lease, and forgets the key after its last lease. */
    void end(long hash) {
        final Leased leased = byHash.get(hash);
        if (leased != null && --leased.holders == 0) {
            byHash.remove(hash);
            keys = byHash.size();
        }
    }

    /** Returns whether the key has been neither written nor removed since the lease was taken. */
    boolean isCurrent(long hash, long lease) {
        final Leased leased = byHash.get(hash);
        return leased != null && leased.current == lease && lease > cleared;
    }

    /**
     * Returns whether there is no lease. An updater, which does not hold the lock, may call this
     * with a stripe: the answer is right for the keys of that stripe, because a lease on one of
     * them is taken with the stripe.
     */
    boolean isEmpty() {
        return keys == 0;
    }

    /** Outdates the leases on a key. Callers do this before they write or remove the key. */
    void outdate(long hash) {
        if (keys != 0) {
            final Leased leased = byHash.get(hash);
            if (leased != null) {
                leased.current = ++last;
            }
        }
    }

    /** Outdates all leases. */
    void outdateAll() {
        cleared = last;
    }
}
