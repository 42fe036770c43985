package io.flagstone.index;

import io.flagstone.entry.EntryDescriptor;
import io.flagstone.memory.Region;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A fixed open-addressing hash table from keys to entries, in buckets of one cache line.
 *
 * <p>A key belongs to the bucket that multiply-shift of its index hash gives, so the number of
 * buckets need not be a power of two. A full bucket overflows to the next. The overflow count of
 * every bucket passed is raised by an insertion and lowered by the removal, so a search ends at the
 * first bucket that nothing was pushed out of (as with the outbound overflow count of Facebook's
 * F14): there are no tombstones, entries never move, and nothing is ever rehashed.
 *
 * <p>Invariants, which {@link #audit} checks:
 *
 * <ul>
 *   <li>a slot is used if and only if its tag is not 0;
 *   <li>between an entry's own bucket and the one it lies in, every overflow count includes it;
 *   <li>the slots used are at most {@link #capacity}, so probing always ends.
 * </ul>
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
public final class HashIndex {
    /** The bytes of a bucket. */
    public static final int BUCKET_LENGTH = BucketDescriptor.LENGTH;

    /** Nothing found. */
    public static final int ABSENT = Region.NONE;

    /** The slots of a bucket. */
    public static final int SLOTS_PER_BUCKET = BucketDescriptor.SLOTS;

    /**
     * Entries per hundred buckets. At 8.4 of 10 slots a hit touches 1.1 index lines on average and
     * an entry pays 7.6 bytes.
     */
    private static final int ENTRIES_PER_HUNDRED_BUCKETS = 840;

    private final Region region;
    private final int start;
    private final int end;
    private final int buckets;

    /**
     * Lays the index over {@code buckets} zeroed buckets from {@code start}, a multiple of {@link
     * #BUCKET_LENGTH}.
     */
    public HashIndex(Region region, int start, int buckets) {
        this.region = region;
        this.start = start;
        this.end = start + buckets * BUCKET_LENGTH;
        this.buckets = buckets;
    }

    /** The most entries that {@code buckets} buckets may hold. */
    public static int capacity(int buckets) {
        return (int) ((long) buckets * ENTRIES_PER_HUNDRED_BUCKETS / 100);
    }

    /** The fewest buckets for {@code entries} entries. */
    public static int bucketsFor(long entries) {
        final long needed =
                (entries * 100 + ENTRIES_PER_HUNDRED_BUCKETS - 1) / ENTRIES_PER_HUNDRED_BUCKETS;
        return (int) Math.min(Integer.MAX_VALUE / BUCKET_LENGTH, Math.max(1, needed));
    }

    /** How many buckets there are. */
    public int buckets() {
        return buckets;
    }

    /**
     * Finds a key.
     *
     * @param hash the key's hash.
     * @param base the key's array, {@code null}, or {@link EntryDescriptor#LONG_KEY}.
     * @param address the key's offset or address, or the key itself.
     * @param length the key's bytes.
     * @return the cell that refers to the entry, or {@link #ABSENT}.
     */
    public int find(long hash, Object base, long address, int length) {
        final int tag = KeyedHash.tag(hash);
        int bucket = home(KeyedHash.indexHash(hash));
        for (int probes = buckets; probes > 0; probes--) {
            for (long mask = BucketDescriptor.match(region, bucket, tag);
                    mask != 0;
                    mask &= mask - 1) {
                final int cell = BucketDescriptor.cell(bucket, BucketDescriptor.firstSlot(mask));
                if (EntryDescriptor.keyEquals(region, reference(cell), base, address, length)) {
                    return cell;
                }
            }
            if (BucketDescriptor.overflow(region, bucket) == 0) {
                return ABSENT;
            }
            bucket = next(bucket);
        }
        return ABSENT;
    }

    /** Finds the cell of an entry that is in the index, by its reference. */
    public int findReference(int indexHash, int entry) {
        int bucket = home(indexHash);
        for (int probes = buckets; probes > 0; probes--) {
            for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                if (entryAt(bucket, slot) == entry) {
                    return BucketDescriptor.cell(bucket, slot);
                }
            }
            bucket = next(bucket);
        }
        throw new IllegalStateException("entry " + entry + " is not in the index");
    }

    /** The entry that a cell refers to. */
    public int reference(int cell) {
        return region.getInt(cell);
    }

    /** Makes a cell refer to another entry of the same key. */
    public void replace(int cell, int entry) {
        region.putInt(cell, entry);
    }

    /** Adds an entry whose key is not in the index, which holds fewer than its capacity. */
    public void insert(long hash, int entry) {
        int bucket = home(KeyedHash.indexHash(hash));
        long empty = BucketDescriptor.match(region, bucket, BucketDescriptor.EMPTY);
        while (empty == 0) {
            BucketDescriptor.addOverflow(region, bucket, 1);
            bucket = next(bucket);
            empty = BucketDescriptor.match(region, bucket, BucketDescriptor.EMPTY);
        }
        final int slot = BucketDescriptor.firstSlot(empty);
        region.putInt(BucketDescriptor.cell(bucket, slot), entry);
        BucketDescriptor.tag(region, bucket, slot, KeyedHash.tag(hash));
    }

    /** Empties the cell of an entry with this index hash. */
    public void remove(int indexHash, int cell) {
        final int last = BucketDescriptor.bucketOf(cell);
        for (int bucket = home(indexHash); bucket != last; bucket = next(bucket)) {
            BucketDescriptor.addOverflow(region, bucket, -1);
        }
        BucketDescriptor.tag(region, last, BucketDescriptor.slotOf(cell), BucketDescriptor.EMPTY);
    }

    /**
     * The entry in a slot, for walks over the whole index.
     *
     * @param number the bucket's number, from 0.
     * @param slot the slot, from 0 to {@link #SLOTS_PER_BUCKET} - 1.
     * @return the entry, or {@link Region#NONE}.
     */
    public int entryInSlot(int number, int slot) {
        return entryAt(start + number * BUCKET_LENGTH, slot);
    }

    /**
     * Walks every slot, and recounts every overflow count from the keys' own hashes.
     *
     * @param hash the keyed hash.
     * @param entries told of every reference found.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public void audit(KeyedHash hash, IntConsumer entries) {
        final int[] passed = new int[buckets];
        final UnsafeBuffer key = new UnsafeBuffer(0, 0);
        for (int number = 0; number < buckets; number++) {
            for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                final int entry = entryInSlot(number, slot);
                if (entry == Region.NONE) {
                    continue;
                }
                entries.accept(entry);
                final int keyLength = EntryDescriptor.keyLength(region, entry);
                region.wrap(key, EntryDescriptor.keyOffset(entry), keyLength);
                final long keyHash = hash.hash(key.byteArray(), key.addressOffset(), keyLength);
                final int indexHash = KeyedHash.indexHash(keyHash);
                final int tag = BucketDescriptor.tag(region, start + number * BUCKET_LENGTH, slot);
                check(
                        tag == KeyedHash.tag(keyHash),
                        () -> "entry " + entry + ": tag " + tag + " is not its key's");
                check(
                        EntryDescriptor.hash(region, entry) == indexHash,
                        () -> "entry " + entry + ": index hash is not its key's");
                int bucket = home(indexHash);
                while (bucket != start + number * BUCKET_LENGTH) {
                    passed[(bucket - start) / BUCKET_LENGTH]++;
                    bucket = next(bucket);
                }
            }
        }
        for (int i = 0; i < buckets; i++) {
            final int number = i;
            final int overflow = BucketDescriptor.overflow(region, start + i * BUCKET_LENGTH);
            check(
                    overflow == passed[i],
                    () ->
                            "bucket "
                                    + number
                                    + ": overflow count "
                                    + overflow
                                    + ", but passed by "
                                    + passed[number]);
        }
    }

    private static void check(boolean holds, Supplier<String> finding) {
        if (!holds) {
            throw new IllegalStateException("index: " + finding.get());
        }
    }

    private int entryAt(int bucket, int slot) {
        return BucketDescriptor.tag(region, bucket, slot) == BucketDescriptor.EMPTY
                ? Region.NONE
                : reference(BucketDescriptor.cell(bucket, slot));
    }

    private int home(int indexHash) {
        return start + (int) ((indexHash & 0xFFFF_FFFFL) * buckets >>> 32) * BUCKET_LENGTH;
    }

    private int next(int bucket) {
        return bucket + BUCKET_LENGTH == end ? start : bucket + BUCKET_LENGTH;
    }
}
