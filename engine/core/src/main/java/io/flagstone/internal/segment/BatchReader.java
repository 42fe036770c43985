// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.IndexLookup;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.PromotionDistance;

/**
 * The stages in which a batch reads many keys: each stage asks memory for one line of every key, so
 * that the processor has many loads under way.
 *
 * <p>A batch keeps for each key the version under which the key's entry was found. {@link #get}
 * asks the version, as {@link OptimisticReader} does, whether what it saw was there at one moment.
 * Last, {@link #promote} moves the entries that have fallen behind, with one lock for a segment.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class BatchReader {
    private final OptimisticReader reader;
    private final int segmentBits;
    private final IndexLookup index;
    private final PromotionDistance distance;
    private final boolean exact;

    /** The stages of batches that read these segments, whose single reads are the reader's. */
    public BatchReader(OptimisticReader reader, Segment[] segments, SegmentConfig config) {
        final EntryStore store = segments[0].store;
        this.reader = reader;
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
        this.index = store.index.lookup();
        this.distance = store.order.lists().distance();
        this.exact = config.promotionDistance() == 0;
    }

    /** Asks memory for the line of the index where a read of this hash begins. */
    public long prefetchBucket(long hash) {
        return index.prefetch(reader.region(hash), hash);
    }

    /** Returns the version under which {@link #candidate} is about to look. */
    public long version(long hash) {
        return SegmentVersion.read(reader.region(hash));
    }

    /** Returns an entry that is likely to have a key with this hash, or none. */
    public int candidate(long hash) {
        return index.candidate(reader.region(hash), hash);
    }

    /** Asks memory for the lines that a hit of a small entry reads. */
    public long prefetchEntry(long hash, int candidate) {
        final Region region = reader.region(hash);
        return prefetch(region, candidate) + prefetch(region, candidate + Region.CACHE_LINE);
    }

    private static long prefetch(Region region, int entry) {
        return isHeaderWithin(region, entry) ? EntryDescriptor.deadline(region, entry) : 0;
    }

    /** Checks an offset that was read without the lock, or that lies a line behind one. */
    private static boolean isHeaderWithin(Region region, int entry) {
        return entry > Region.NONE && EntryDescriptor.isWithin(region, entry, 0);
    }

    /**
     * Returns the entry of a key, or none, given its candidate. Only the version can say whether it
     * is.
     */
    public int find(int candidate, long hash, Object keyBase, long keyAddress, int keyLength) {
        final Region region = reader.region(hash);
        return candidate != Region.NONE
                        && IndexLookup.isEntryOf(region, candidate, keyBase, keyAddress, keyLength)
                ? candidate
                : index.find(region, hash, keyBase, keyAddress, keyLength);
    }

    /**
     * Copies the value of an entry out that was found under a version. Leaves a promotion that need
     * not wait for the lock to {@link #promote}.
     *
     * @return as {@link OptimisticReader#get}. If {@link #isUnsettled} the caller, who has the key,
     *     reads again by that.
     */
    public int get(
            long seen,
            int entry,
            long hash,
            int keyLength,
            Object destinationBase,
            long destination,
            int room) {
        return reader.getFound(seen, entry, hash, keyLength, destinationBase, destination, room);
    }

    /** Returns whether a result of {@link #get} is none, since a writer was there meanwhile. */
    public static boolean isUnsettled(int result) {
        return result == OptimisticReader.UNSETTLED;
    }

    /**
     * Promotes the entries that a batch has hit and that have fallen behind.
     *
     * @param hashes the keys' hashes.
     * @param versions the versions under which the entries were found.
     * @param entries the entries or none; all none afterwards.
     * @param size how many keys there are.
     */
    public void promote(long[] hashes, long[] versions, int[] entries, int size) {
        for (int i = 0; i < size; i++) {
            if (!isBehind(hashes[i], entries[i])) {
                entries[i] = Region.NONE;
            }
        }
        for (int i = 0; i < size; i++) {
            if (entries[i] != Region.NONE) {
                reader.owner(hashes[i]).promote(segmentBits, hashes, versions, entries, i, size);
            }
        }
    }

    private boolean isBehind(long hash, int entry) {
        final Region region = reader.region(hash);
        return !exact && isHeaderWithin(region, entry) && distance.isBehind(region, entry);
    }
}
