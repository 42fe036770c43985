package io.flagstone.api;

/**
 * Counts since the cache was built, summed over its segments.
 *
 * <p>Each segment's counts are consistent among themselves; segments are read one after the other.
 *
 * @param hits reads that found a live value, a destination too small included.
 * @param misses reads that found none.
 * @param insertions writes that added an entry.
 * @param replacements writes that gave a present key another value, in-place updates included.
 * @param evictions live entries that left for room.
 * @param expirations entries that left because their deadline had passed.
 * @param removals entries removed by the caller.
 * @param promotions entries moved to the head of their list by a hit.
 */
public record CacheStatistics(
        long hits,
        long misses,
        long insertions,
        long replacements,
        long evictions,
        long expirations,
        long removals,
        long promotions) {

    /** Nothing counted. */
    public static final CacheStatistics NONE = new CacheStatistics(0, 0, 0, 0, 0, 0, 0, 0);

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
                evictions + other.evictions,
                expirations + other.expirations,
                removals + other.removals,
                promotions + other.promotions);
    }
}
