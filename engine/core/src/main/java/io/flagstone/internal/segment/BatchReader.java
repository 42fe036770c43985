// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.IndexLookup;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.PromotionDistance;

/**
 * Reads many keys in stages. Each stage requests one cache line of every key, so that the processor
 * has many loads in flight.
 *
 * <p>A batch stores for each key the version under which it found the key's entry. {@link
 * OptimisticReader#getFound} then checks that version. At the end {@link #promote} moves the
 * entries that have fallen behind, and takes the lock of each segment at most once.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class BatchReader {
    private final OptimisticReader reader;
    private final int segmentBits;
    private final IndexLookup index;
    private final PromotionDistance distance;
    private final boolean exact;
    private final int capacity;

    /** The last offset of an entry whose second cache line is inside the region. */
    private final int lastPair;

    /** Creates the stages for batches over these segments; single reads use the reader. */
    public BatchReader(OptimisticReader reader, Segment[] segments, SegmentConfig config) {
        final EntryStore store = segments[0].store;
        this.reader = reader;
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
        this.index = store.index.lookup();
        this.distance = store.order.lists().distance();
        this.exact = config.promotionDistance() == 0;
        this.capacity = segments[0].region.capacity();
        this.lastPair = capacity - 2 * Region.CACHE_LINE;
    }

    /** Prefetches the line of the index where a read of this hash begins. */
    public long prefetchBucket(long hash) {
        return index.prefetch(reader.address(hash), hash);
    }

    /**
     * Returns the version to pass to {@link OptimisticReader#getFound} for the entry that {@link
     * #candidate} finds next.
     */
    public long version(long hash) {
        return reader.seen(hash);
    }

    /** Returns an entry that probably has a key with this hash, or none. */
    public int candidate(long hash) {
        return index.candidate(reader.address(hash), hash);
    }

    /** Prefetches the lines that a hit on a small entry reads. */
    public long prefetchEntry(long hash, int candidate) {
        final long entry = reader.address(hash) + candidate;
        return candidate == Region.NONE || candidate > lastPair
                ? 0
                : EntryDescriptor.deadline(entry)
                        + EntryDescriptor.deadline(entry + Region.CACHE_LINE);
    }

    /**
     * Returns the entry of a {@code long} key, or none, given its candidate, or {@link
     * IndexLookup#UNKNOWN}. The result is valid only if the version has not changed.
     */
    public int find(int candidate, long hash, long key) {
        final long region = reader.address(hash);
        return candidate != Region.NONE && EntryDescriptor.keyEquals(region + candidate, key)
                ? candidate
                : index.find(region, hash, key);
    }

    /** Returns the same for a key of bytes, without a candidate. */
    public int find(long hash, Object keyBase, long keyAddress, int keyLength) {
        return index.find(reader.address(hash), capacity, hash, keyBase, keyAddress, keyLength);
    }

    /**
     * Promotes the entries that a batch has hit and that have fallen behind.
     *
     * @param hashes the keys' hashes.
     * @param versions the versions under which the entries were found.
     * @param entries the entries or none; set to none on return.
     * @param size the number of keys.
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
        return !exact
                && entry > Region.NONE
                && EntryDescriptor.isWithin(region, entry, 0)
                && distance.isBehind(region, entry);
    }
}
