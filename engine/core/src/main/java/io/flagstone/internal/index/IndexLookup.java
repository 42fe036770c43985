// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;

/**
 * Finds the entry of a key in a {@link HashIndex}. Determines the buckets that a key may be in,
 * their order, and where the search ends.
 *
 * <p>A lookup knows the shape of the index but not its region. All indexes of a cache have the same
 * shape, so one lookup serves all segments. A reader without the lock then follows fewer references
 * to find the bucket.
 *
 * <p>Immutable; allocates nothing.
 */
public final class IndexLookup {
    /** The two buckets of a key do not decide whether it is present. */
    public static final int UNKNOWN = -1;

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
     * Finds a key. May be called without the lock while the index changes. The result is then only
     * valid if the segment's version shows that nothing changed. In any case the search takes a
     * bounded number of steps, and the result lies inside the region.
     *
     * @param region the segment's region.
     * @param hash the key's hash.
     * @param base the key's array, {@code null}, or {@link EntryDescriptor#LONG_KEY}.
     * @param address the key's offset or address, or the key itself for {@code LONG_KEY}.
     * @param length the key's length in bytes.
     * @return the entry, or {@link Region#NONE}.
     */
    public int find(Region region, long hash, Object base, long address, int length) {
        final int indexHash = KeyedHash.indexHash(hash);
        final int tag = KeyedHash.tag(indexHash);
        int bucket = home(indexHash);
        int entry = findIn(region, bucket, tag, base, address, length);
        if (entry != Region.NONE || BucketDescriptor.out(region, bucket, tag) == 0) {
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

    /**
     * Finds a {@code long} key in its two buckets, by address. Like {@link #find(Region, long,
     * Object, long, int)}, needs no lock. References come from cells that have only ever held
     * chunks, and every chunk has room for a header and such a key.
     *
     * @param region the address of the segment's region.
     * @return the entry, {@link Region#NONE}, or {@link #UNKNOWN} if the key may be in further
     *     buckets.
     */
    public int find(long region, long hash, long key) {
        final int indexHash = KeyedHash.indexHash(hash);
        final int tag = KeyedHash.tag(indexHash);
        final int number = scale(indexHash);
        long bucket = bucket(region, number);
        // One loop for both buckets: HotSpot inlines the code of a bucket once. Then no call is
        // left for which it would have to spill registers.
        for (boolean own = true; ; own = false) {
            long mask = BucketDescriptor.match(bucket, tag);
            for (; mask != 0; mask &= mask - 1) {
                final int entry = BucketDescriptor.firstReference(bucket, mask);
                if (EntryDescriptor.keyEquals(region + entry, key)) {
                    return entry;
                }
            }
            if (!BucketDescriptor.leads(bucket, own, tag)) {
                return Region.NONE;
            }
            if (!own) {
                return UNKNOWN;
            }
            bucket = bucket(region, alternateNumber(number, tag));
        }
    }

    /**
     * Finds a key of bytes in the same way.
     *
     * @param capacity the length of the region.
     */
    public int find(long region, int capacity, long hash, Object base, long address, int length) {
        final int indexHash = KeyedHash.indexHash(hash);
        final int tag = KeyedHash.tag(indexHash);
        final int number = scale(indexHash);
        long bucket = bucket(region, number);
        for (boolean own = true; ; own = false) {
            long mask = BucketDescriptor.match(bucket, tag);
            for (; mask != 0; mask &= mask - 1) {
                final int entry = BucketDescriptor.firstReference(bucket, mask);
                if (EntryDescriptor.keyEquals(
                        region + entry, capacity - entry, base, address, length)) {
                    return entry;
                }
            }
            if (!BucketDescriptor.leads(bucket, own, tag)) {
                return Region.NONE;
            }
            if (!own) {
                return UNKNOWN;
            }
            bucket = bucket(region, alternateNumber(number, tag));
        }
    }

    private long bucket(long region, int number) {
        return region + start + (long) number * BucketDescriptor.LENGTH;
    }

    private int alternateNumber(int number, int tag) {
        final int other = scale(tag * TAG_MULTIPLIER) - number;
        return other < 0 ? other + buckets : other;
    }

    /** Loads a word of the first bucket of a search for this hash. */
    public long prefetch(long region, long hash) {
        return Regions.getLong(bucket(region, scale(KeyedHash.indexHash(hash))));
    }

    /** Does the same in a region. */
    public long prefetch(Region region, long hash) {
        return region.getLong(home(KeyedHash.indexHash(hash)));
    }

    /** Loads a word of the second bucket of a search for this hash. */
    public long prefetchAlternate(Region region, long hash) {
        final int indexHash = KeyedHash.indexHash(hash);
        return region.getLong(alternate(home(indexHash), KeyedHash.tag(indexHash)));
    }

    /**
     * Returns the first entry in the hash's own bucket whose tag matches, or {@link Region#NONE}.
     * Reads no entry. Like {@link #find(long, long, long)}, needs no lock.
     */
    public int candidate(long region, long hash) {
        final int indexHash = KeyedHash.indexHash(hash);
        final long bucket = bucket(region, scale(indexHash));
        final long mask = BucketDescriptor.match(bucket, KeyedHash.tag(indexHash));
        return mask == 0 ? Region.NONE : BucketDescriptor.firstReference(bucket, mask);
    }

    /** Returns whether an entry, which may be torn, has the given key. */
    private static boolean isEntryOf(
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

    /** Returns an entry's alternate bucket from its own bucket, or its own from its alternate. */
    int alternate(int bucket, int tag) {
        return bucket(alternateNumber(number(bucket), tag));
    }

    /** Maps an unsigned number to a number below the number of buckets, by multiply-shift. */
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
