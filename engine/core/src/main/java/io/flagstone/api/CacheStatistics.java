// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Counts since the cache was built, summed over its segments.
 *
 * <p>Exact for all that has happened before the call that asks; what other threads do meanwhile may
 * be counted in part. What readers count (hits, misses, missed promotions, read retries) is 0 in a
 * cache that was built not to.
 *
 * @param hits reads that found a live value, a destination too small included.
 * @param misses reads that found none.
 * @param insertions writes that added an entry.
 * @param replacements writes that gave a present key another value, in-place updates included.
 * @param boundEvictions live entries that left because of the bound in entries.
 * @param roomEvictions live entries that left for an entry of their own size class.
 * @param slabEvictions live entries that left so that a slab of their size class could go to
 *     another.
 * @param expirations entries that left because their deadline had passed.
 * @param removals entries removed by the caller.
 * @param promotions entries moved to the head of their list by a hit.
 * @param missedPromotions hits that should have moved their entry, or renewed its sliding deadline,
 *     and left it because the lock was taken.
 * @param readRetries times that a read without the lock met a write and looked again.
 * @param lockContentions times that a lock was found taken and waited for.
 * @param moves entries moved to another chunk so that their slab could go to another size class.
 * @param slabReassignments slabs that size classes gave up for others.
 * @param segmentResets times that a segment was emptied, since an Error had ended an operation that
 *     was changing it.
 * @param resetEntries the entries that were lost by that.
 */
public record CacheStatistics(
        long hits,
        long misses,
        long insertions,
        long replacements,
        long boundEvictions,
        long roomEvictions,
        long slabEvictions,
        long expirations,
        long removals,
        long promotions,
        long missedPromotions,
        long readRetries,
        long lockContentions,
        long moves,
        long slabReassignments,
        long segmentResets,
        long resetEntries) {

    /** Nothing counted. */
    public static final CacheStatistics NONE =
            new CacheStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /**
     * The share of reads that hit.
     *
     * @return hits divided by reads, 0 where nothing was read.
     */
    public double hitRatio() {
        final long reads = hits + misses;
        return reads == 0 ? 0.0 : (double) hits / reads;
    }

    /**
     * The writes that gave a key a value.
     *
     * @return insertions and replacements.
     */
    public long puts() {
        return insertions + replacements;
    }

    /**
     * The live entries that left for others.
     *
     * @return the evictions of all three causes.
     */
    public long evictions() {
        return boundEvictions + roomEvictions + slabEvictions;
    }

    /**
     * Sums two counts.
     *
     * @param other what to add.
     * @return the sum; allocates one record.
     */
    public CacheStatistics plus(CacheStatistics other) {
        return new CacheStatistics(
                hits + other.hits,
                misses + other.misses,
                insertions + other.insertions,
                replacements + other.replacements,
                boundEvictions + other.boundEvictions,
                roomEvictions + other.roomEvictions,
                slabEvictions + other.slabEvictions,
                expirations + other.expirations,
                removals + other.removals,
                promotions + other.promotions,
                missedPromotions + other.missedPromotions,
                readRetries + other.readRetries,
                lockContentions + other.lockContentions,
                moves + other.moves,
                slabReassignments + other.slabReassignments,
                segmentResets + other.segmentResets,
                resetEntries + other.resetEntries);
    }
}
