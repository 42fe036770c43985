// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;

/**
 * How a key's entry is found in a {@link HashIndex}: which buckets it may be in, in which order
 * they are looked at, and when the search ends.
 *
 * <p>Knows the shape of the index but not its region, so that one serves all segments of a cache,
 * whose indexes are of one shape: a reader without the lock then has fewer objects to go through
 * before it knows where the bucket is.
 *
 * <p>Immutable; allocates nothing.
 */
public final class IndexLookup {
    private static final int TAG_MULTIPLIER = 0x9E37_79B1;

    private final int start;
    private final int end;
    private final int buckets;

    IndexLookup(int start, int buckets) {
        this.start = start;
        this.end = Math.addExact(start, Math.multiplyExact(buckets, BucketDescriptor.LENGTH));
        this.buckets = buckets;
    }

    /**
     * Finds a key. May be called without the lock, while the index changes: then the answer means
     * nothing until the segment's version proves that it did not change. It comes after a bounded
     * number of steps in any case, and names a chunk inside the region.
     *
     * @param region the segment's.
     * @param hash the key's hash.
     * @param base the key's array, {@code null}, or {@link EntryDescriptor#LONG_KEY}.
     * @param address the key's offset or address, or the key itself.
     * @param length the key's bytes.
     * @return the entry, or {@link Region#NONE}.
     */
    public int find(Region region, long hash, Object base, long address, int length) {
        final int indexHash = KeyedHash.indexHash(hash);
        final int tag = KeyedHash.tag(indexHash);
        int bucket = home(indexHash);
        int entry = findIn(region, bucket, tag, base, address, length);
        if (entry != Region.NONE || BucketDescriptor.out(region, bucket) == 0) {
            return entry;
        }
        bucket = alternate(bucket, tag);
        entry = findIn(region, bucket, tag, base, address, length);
        for (int probes = buckets;
                entry == Region.NONE && probes > 0 && BucketDescriptor.passed(region, bucket) != 0;
                probes--) {
            bucket = next(bucket);
            entry = findIn(region, bucket, tag, base, address, length);
        }
        return entry;
    }

    /** Loads a word of the bucket that a search for this hash begins with. */
    public long prefetch(Region region, long hash) {
        return region.getLong(home(KeyedHash.indexHash(hash)));
    }

    /**
     * The first entry in its own bucket that a key with this hash might have, or {@link
     * Region#NONE}; looks at no entry, and needs no lock, as {@link #find} does not.
     */
    public int candidate(Region region, long hash) {
        final int indexHash = KeyedHash.indexHash(hash);
        final int bucket = home(indexHash);
        final long mask = BucketDescriptor.match(region, bucket, KeyedHash.tag(indexHash));
        return mask == 0 ? Region.NONE : region.getInt(BucketDescriptor.firstCell(bucket, mask));
    }

    /** Whether what was found by its hash alone, without a lock, is the entry of a key. */
    public static boolean isEntryOf(
            Region region, int entry, Object base, long address, int length) {
        return EntryDescriptor.isWithin(region, entry, length)
                && EntryDescriptor.keyEquals(region, entry, base, address, length);
    }

    private static int findIn(
            Region region, int bucket, int tag, Object base, long address, int length) {
        for (long mask = BucketDescriptor.match(region, bucket, tag); mask != 0; mask &= mask - 1) {
            final int entry = region.getInt(BucketDescriptor.firstCell(bucket, mask));
            if (isEntryOf(region, entry, base, address, length)) {
                return entry;
            }
        }
        return Region.NONE;
    }

    int home(int indexHash) {
        return bucket(scale(indexHash));
    }

    /** The other bucket of an entry, from either of the two. */
    int alternate(int bucket, int tag) {
        final int number = scale(tag * TAG_MULTIPLIER) - number(bucket);
        return bucket(number < 0 ? number + buckets : number);
    }

    /** Multiply-shift: an unsigned number to one below the number of buckets. */
    private int scale(int bits) {
        return (int) ((bits & 0xFFFF_FFFFL) * buckets >>> 32);
    }

    int next(int bucket) {
        return bucket + BucketDescriptor.LENGTH == end ? start : bucket + BucketDescriptor.LENGTH;
    }

    int bucket(int number) {
        return start + number * BucketDescriptor.LENGTH;
    }

    int number(int bucket) {
        return (bucket - start) / BucketDescriptor.LENGTH;
    }
}
