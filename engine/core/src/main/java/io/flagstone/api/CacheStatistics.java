// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Counts since the cache was built, summed over its segments.
 *
 * <p>Exact for everything that happened before the call that asks. Operations of other threads
 * during that call may be counted in part. The counters of readers ({@link Counter#HITS}, {@link
 * Counter#MISSES}, {@link Counter#MISSED_PROMOTIONS}, {@link Counter#READ_RETRIES}) are 0 in a
 * cache that was built not to count reads.
 *
 * <p>Immutable. A new counter is a new constant of {@link Counter}, with its accessor here.
 */
public final class CacheStatistics {
    /** The counters. */
    public enum Counter {
        /** Reads that found a live value, a destination too small included. */
        HITS,
        /** Reads that found none. */
        MISSES,
        /** Writes that added an entry. */
        INSERTIONS,
        /** Writes that gave a present key another value, in-place updates included. */
        REPLACEMENTS,
        /** Live entries evicted because of the bound in entries. */
        BOUND_EVICTIONS,
        /** Live entries evicted for an entry of their own size class. */
        ROOM_EVICTIONS,
        /** Live entries evicted so that a slab of their size class could go to another. */
        SLAB_EVICTIONS,
        /** Entries removed because their deadline had passed. */
        EXPIRATIONS,
        /** Entries removed by the caller. */
        REMOVALS,
        /** Entries moved to the head of their list by a hit. */
        PROMOTIONS,
        /**
         * Hits that should have moved their entry, or renewed its sliding deadline, and did not
         * because the lock was taken.
         */
        MISSED_PROMOTIONS,
        /** Times that a read without the lock met a write and looked again. */
        READ_RETRIES,
        /** Times that a thread found a lock taken and waited for it. */
        LOCK_CONTENTIONS,
        /** Entries moved to another chunk so that their slab could go to another size class. */
        MOVES,
        /** Slabs that went from one size class to another. */
        SLAB_REASSIGNMENTS,
        /**
         * Times that a segment was emptied because an Error had ended an operation that was
         * changing it.
         */
        SEGMENT_RESETS,
        /** Entries lost by such resets. */
        RESET_ENTRIES;

        /**
         * Returns the name of the accessor, for reports.
         *
         * @return in camel case.
         */
        public String accessorName() {
            return AccessorName.of(this);
        }
    }

    /** Nothing counted. */
    public static final CacheStatistics NONE = builder().build();

    private final long[] counts;

    private CacheStatistics(long[] counts) {
        this.counts = counts;
    }

    /**
     * Starts a set of counts, all 0.
     *
     * @return a builder.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects counts by name. Not thread-safe. */
    public static final class Builder {
        private final long[] counts = new long[Counter.values().length];

        private Builder() {}

        /**
         * Sets a count.
         *
         * @param counter which.
         * @param count how many.
         * @return this.
         */
        public Builder set(Counter counter, long count) {
            counts[counter.ordinal()] = count;
            return this;
        }

        /**
         * Makes the statistics.
         *
         * @return the counts as they are set now.
         */
        public CacheStatistics build() {
            return new CacheStatistics(counts.clone());
        }
    }

    /**
     * Returns a count.
     *
     * @param counter which.
     * @return how many.
     */
    public long get(Counter counter) {
        return counts[counter.ordinal()];
    }

    /**
     * Returns the reads that found a live value, a destination too small included.
     *
     * @return how many.
     */
    public long hits() {
        return get(Counter.HITS);
    }

    /**
     * Returns the reads that found none.
     *
     * @return how many.
     */
    public long misses() {
        return get(Counter.MISSES);
    }

    /**
     * Returns the writes that added an entry.
     *
     * @return how many.
     */
    public long insertions() {
        return get(Counter.INSERTIONS);
    }

    /**
     * Returns the writes that gave a present key another value, in-place updates included.
     *
     * @return how many.
     */
    public long replacements() {
        return get(Counter.REPLACEMENTS);
    }

    /**
     * Returns the live entries evicted because of the bound in entries.
     *
     * @return how many.
     */
    public long boundEvictions() {
        return get(Counter.BOUND_EVICTIONS);
    }

    /**
     * Returns the live entries evicted for an entry of their own size class.
     *
     * @return how many.
     */
    public long roomEvictions() {
        return get(Counter.ROOM_EVICTIONS);
    }

    /**
     * Returns the live entries evicted so that a slab of their size class could go to another.
     *
     * @return how many.
     */
    public long slabEvictions() {
        return get(Counter.SLAB_EVICTIONS);
    }

    /**
     * Returns the entries removed because their deadline had passed.
     *
     * @return how many.
     */
    public long expirations() {
        return get(Counter.EXPIRATIONS);
    }

    /**
     * Returns the entries removed by the caller.
     *
     * @return how many.
     */
    public long removals() {
        return get(Counter.REMOVALS);
    }

    /**
     * Returns the entries moved to the head of their list by a hit.
     *
     * @return how many.
     */
    public long promotions() {
        return get(Counter.PROMOTIONS);
    }

    /**
     * Returns the hits that should have moved their entry, or renewed its sliding deadline, and did
     * not because the lock was taken.
     *
     * @return how many.
     */
    public long missedPromotions() {
        return get(Counter.MISSED_PROMOTIONS);
    }

    /**
     * Returns how often a read without the lock met a write and looked again.
     *
     * @return how many.
     */
    public long readRetries() {
        return get(Counter.READ_RETRIES);
    }

    /**
     * Returns how often a thread found a lock taken and waited for it.
     *
     * @return how many.
     */
    public long lockContentions() {
        return get(Counter.LOCK_CONTENTIONS);
    }

    /**
     * Returns the entries moved to another chunk so that their slab could go to another size class.
     *
     * @return how many.
     */
    public long moves() {
        return get(Counter.MOVES);
    }

    /**
     * Returns the slabs that went from one size class to another.
     *
     * @return how many.
     */
    public long slabReassignments() {
        return get(Counter.SLAB_REASSIGNMENTS);
    }

    /**
     * Returns how often a segment was emptied because an Error had ended an operation that was
     * changing it.
     *
     * @return how many.
     */
    public long segmentResets() {
        return get(Counter.SEGMENT_RESETS);
    }

    /**
     * Returns the entries lost by such resets.
     *
     * @return how many.
     */
    public long resetEntries() {
        return get(Counter.RESET_ENTRIES);
    }

    /**
     * Returns the share of reads that hit.
     *
     * @return hits divided by reads, 0 where nothing was read.
     */
    public double hitRatio() {
        final long reads = hits() + misses();
        return reads == 0 ? 0.0 : (double) hits() / reads;
    }

    /**
     * Returns the writes that gave a key a value.
     *
     * @return insertions and replacements.
     */
    public long puts() {
        return insertions() + replacements();
    }

    /**
     * Returns the live entries that left for others.
     *
     * @return the evictions of all three causes.
     */
    public long evictions() {
        return boundEvictions() + roomEvictions() + slabEvictions();
    }

    /**
     * Adds the counts of another cache, or of another part of this one.
     *
     * @param other what to add.
     * @return the sums; allocates.
     */
    public CacheStatistics plus(CacheStatistics other) {
        final long[] sums = counts.clone();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += other.counts[i];
        }
        return new CacheStatistics(sums);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CacheStatistics that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    /** Returns the name and the count of each counter. */
    @Override
    public String toString() {
        final StringJoiner text = new StringJoiner(", ", "CacheStatistics[", "]");
        for (final Counter counter : Counter.values()) {
            text.add(counter.accessorName() + '=' + get(counter));
        }
        return text.toString();
    }
}
