// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import java.util.function.IntConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A fixed open-addressing hash table from keys to entries, in buckets of one cache line.
 *
 * <p>An entry belongs to the bucket that multiply-shift of its index hash gives, so the number of
 * buckets need not be a power of two. If that is full, the entry is a guest in its alternate
 * bucket, which bucket and tag determine, and which lead back the same way (partial-key cuckoo
 * hashing: Fan, Andersen, Kaminsky, Mitzenmacher: Cuckoo Filter, CoNEXT 2014). An insertion into a
 * full bucket first sends a guest home whose own bucket has room again, so that guests stay few
 * however long the table lives. If both buckets are full of entries with nowhere to go, the entry
 * strays to the buckets behind, which hardly ever happens in a table of more than a few buckets.
 *
 * <p>So a search looks at one bucket, at two if entries of the first are out, and at more only
 * where strays have passed. There are no tombstones, nothing is rehashed, and an insertion moves at
 * most one other entry, for which it looks at no more than twenty buckets and at no key.
 *
 * <p>Invariants, which {@link #audit} checks:
 *
 * <ul>
 *   <li>a slot is used if and only if its tag is not 0;
 *   <li>each entry is in its own bucket; or a guest in its alternate; or a stray, behind buckets
 *       that count it as passed. In the latter cases its own bucket counts it as out;
 *   <li>the slots used are at most {@link #capacity}, so probing always ends.
 * </ul>
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
public final class HashIndex {
    /** The bytes of a bucket. */
    public static final int BUCKET_LENGTH = BucketDescriptor.LENGTH;

    /** The slots of a bucket. */
    public static final int SLOTS_PER_BUCKET = BucketDescriptor.SLOTS;

    /**
     * Entries per hundred buckets. At 8.4 of 10 slots an entry pays 7.6 bytes, a hit touches 1.12
     * buckets on average and a miss 1.48, after any number of replacements.
     */
    private static final int ENTRIES_PER_HUNDRED_BUCKETS = 840;

    private final Region region;
    private final IndexLookup lookup;
    private final int buckets;

    /**
     * Lays the index over {@code buckets} zeroed buckets from {@code start}, a multiple of {@link
     * #BUCKET_LENGTH}.
     */
    public HashIndex(Region region, int start, int buckets) {
        this.region = region;
        this.lookup = new IndexLookup(start, buckets);
        this.buckets = buckets;
    }

    /** The most entries that {@code buckets} buckets may hold. */
    public static int capacity(int buckets) {
        return (int)
                Math.min(Integer.MAX_VALUE, (long) buckets * ENTRIES_PER_HUNDRED_BUCKETS / 100);
    }

    /** The fewest buckets for {@code entries} entries, or as many as a region can have. */
    public static int bucketsFor(long entries) {
        final long countable = Math.min(entries, Integer.MAX_VALUE);
        final long needed =
                (countable * 100 + ENTRIES_PER_HUNDRED_BUCKETS - 1) / ENTRIES_PER_HUNDRED_BUCKETS;
        return (int) Math.min(Integer.MAX_VALUE / BUCKET_LENGTH, Math.max(1, needed));
    }

    /** How keys are found, with or without the lock, in all indexes of this shape. */
    public IndexLookup lookup() {
        return lookup;
    }

    /**
     * Finds a key.
     *
     * @return the entry, or {@link Region#NONE}.
     */
    public int find(long hash, Object base, long address, int length) {
        return lookup.find(region, hash, base, address, length);
    }

    /** The cell of an entry that is in the index. */
    int cellOf(int indexHash, int entry) {
        final int tag = KeyedHash.tag(indexHash);
        int bucket = lookup.home(indexHash);
        int cell = cellIn(bucket, tag, entry);
        if (cell == Region.NONE) {
            bucket = lookup.alternate(bucket, tag);
            cell = cellIn(bucket, tag, entry);
        }
        for (int probes = buckets; cell == Region.NONE; probes--) {
            if (probes == 0) {
                throw new IllegalStateException("entry " + entry + " is not in the index");
            }
            bucket = lookup.next(bucket);
            cell = cellIn(bucket, tag, entry);
        }
        return cell;
    }

    private int cellIn(int bucket, int tag, int entry) {
        for (long mask = BucketDescriptor.match(region, bucket, tag); mask != 0; mask &= mask - 1) {
            final int cell = BucketDescriptor.firstCell(bucket, mask);
            if (reference(cell) == entry) {
                return cell;
            }
        }
        return Region.NONE;
    }

    private int reference(int cell) {
        return region.getInt(cell);
    }

    /** Refers to another entry of the same key instead of one that is in the index. */
    public void replace(int indexHash, int entry, int other) {
        region.putInt(cellOf(indexHash, entry), other);
    }

    /** Adds an entry whose key is not in the index, which holds fewer than its capacity. */
    public void insert(int indexHash, int entry) {
        final int tag = KeyedHash.tag(indexHash);
        final int home = lookup.home(indexHash);
        if (hasRoom(home) || sendGuestHome(home)) {
            put(home, tag, entry);
            return;
        }
        final int alternate = lookup.alternate(home, tag);
        if (hasRoom(alternate) || sendGuestHome(alternate)) {
            putGuest(home, alternate, tag, entry);
        } else if (sendNativeOut(home)) {
            put(home, tag, entry);
        } else if (sendNativeOut(alternate)) {
            putGuest(home, alternate, tag, entry);
        } else {
            putStray(home, alternate, tag, entry);
        }
    }

    /** Takes an entry out that is in the index. */
    public void remove(int indexHash, int entry) {
        final int cell = cellOf(indexHash, entry);
        final int home = lookup.home(indexHash);
        final int bucket = BucketDescriptor.bucketOf(cell);
        final int slot = BucketDescriptor.slotOf(cell);
        if (bucket != home) {
            BucketDescriptor.addOut(region, home, -1);
            if (isMarked(BucketDescriptor.strays(region, bucket), slot)) {
                addPassed(lookup.alternate(home, KeyedHash.tag(indexHash)), bucket, -1);
            }
        }
        BucketDescriptor.clear(region, bucket, slot);
    }

    private boolean hasRoom(int bucket) {
        return BucketDescriptor.match(region, bucket, BucketDescriptor.EMPTY) != 0;
    }

    private int put(int bucket, int tag, int entry) {
        final int slot =
                BucketDescriptor.firstSlot(
                        BucketDescriptor.match(region, bucket, BucketDescriptor.EMPTY));
        region.putInt(BucketDescriptor.cell(bucket, slot), entry);
        BucketDescriptor.tag(region, bucket, slot, tag);
        return slot;
    }

    private void putGuest(int home, int alternate, int tag, int entry) {
        BucketDescriptor.markGuest(region, alternate, put(alternate, tag, entry));
        BucketDescriptor.addOut(region, home, 1);
    }

    private void putStray(int home, int alternate, int tag, int entry) {
        int bucket = alternate;
        while (!hasRoom(bucket)) {
            bucket = lookup.next(bucket);
        }
        addPassed(alternate, bucket, 1);
        BucketDescriptor.markStray(region, bucket, put(bucket, tag, entry));
        BucketDescriptor.addOut(region, home, 1);
    }

    private void addPassed(int from, int to, int delta) {
        for (int bucket = from; bucket != to; bucket = lookup.next(bucket)) {
            BucketDescriptor.addPassed(region, bucket, delta);
        }
    }

    /** Makes room in a full bucket by moving one of its guests to its own, if that has room. */
    private boolean sendGuestHome(int bucket) {
        final int slot = slotWithRoomElsewhere(bucket, BucketDescriptor.guests(region, bucket));
        if (slot < 0) {
            return false;
        }
        final int tag = BucketDescriptor.tag(region, bucket, slot);
        final int home = lookup.alternate(bucket, tag);
        put(home, tag, reference(BucketDescriptor.cell(bucket, slot)));
        BucketDescriptor.addOut(region, home, -1);
        BucketDescriptor.clear(region, bucket, slot);
        return true;
    }

    /** Makes room in a full bucket by moving one of its own entries to its alternate. */
    private boolean sendNativeOut(int bucket) {
        final int slot = slotWithRoomElsewhere(bucket, BucketDescriptor.natives(region, bucket));
        if (slot < 0) {
            return false;
        }
        final int tag = BucketDescriptor.tag(region, bucket, slot);
        final int entry = reference(BucketDescriptor.cell(bucket, slot));
        putGuest(bucket, lookup.alternate(bucket, tag), tag, entry);
        BucketDescriptor.clear(region, bucket, slot);
        return true;
    }

    /** The first of some slots whose entry's other bucket has room, or -1. */
    private int slotWithRoomElsewhere(int bucket, int slots) {
        for (int rest = slots; rest != 0; rest &= rest - 1) {
            final int slot = Integer.numberOfTrailingZeros(rest);
            if (hasRoom(lookup.alternate(bucket, BucketDescriptor.tag(region, bucket, slot)))) {
                return slot;
            }
        }
        return -1;
    }

    private static boolean isMarked(int slots, int slot) {
        return (slots >>> slot & 1) != 0;
    }

    /**
     * The entry in a slot, for walks over the whole index. An entry that an insertion moves between
     * two steps of a walk may be missed or seen twice.
     *
     * @param number the bucket's number, from 0 to {@link #buckets} - 1.
     * @param slot the slot, from 0 to {@link #SLOTS_PER_BUCKET} - 1.
     * @return the entry, or {@link Region#NONE}.
     */
    public int entryInSlot(int number, int slot) {
        return entryAt(lookup.bucket(number), slot);
    }

    /** How many buckets there are. */
    public int buckets() {
        return buckets;
    }

    /**
     * Walks every slot, and recounts every bucket's counts from the keys' own hashes.
     *
     * @param hash the keyed hash.
     * @param entries told of every reference found.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public void audit(KeyedHash hash, IntConsumer entries) {
        final int[] out = new int[buckets];
        final int[] passed = new int[buckets];
        final UnsafeBuffer key = new UnsafeBuffer(0, 0);
        for (int number = 0; number < buckets; number++) {
            for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                final int entry = entryInSlot(number, slot);
                if (entry != Region.NONE) {
                    entries.accept(entry);
                    final int keyLength = EntryDescriptor.keyLength(region, entry);
                    region.wrap(key, EntryDescriptor.keyOffset(entry), keyLength);
                    final long keyHash = hash.hash(null, key.addressOffset(), keyLength);
                    auditPlace(
                            lookup.bucket(number), slot, KeyedHash.indexHash(keyHash), out, passed);
                } else {
                    check(
                            !isMarked(
                                    ~BucketDescriptor.natives(region, lookup.bucket(number)), slot),
                            "bucket %d: empty slot %d is marked",
                            number,
                            slot);
                }
            }
        }
        for (int i = 0; i < buckets; i++) {
            final int outCount = BucketDescriptor.out(region, lookup.bucket(i));
            final int passedCount = BucketDescriptor.passed(region, lookup.bucket(i));
            check(
                    outCount == out[i] || outCount == BucketDescriptor.MAX_OUT,
                    "bucket %d: out counts %d, has %d",
                    i,
                    outCount,
                    out[i]);
            check(
                    passedCount == passed[i] || passedCount == BucketDescriptor.MAX_PASSED,
                    "bucket %d: passed counts %d, has %d",
                    i,
                    passedCount,
                    passed[i]);
        }
    }

    private void auditPlace(int bucket, int slot, int indexHash, int[] out, int[] passed) {
        final int entry = entryAt(bucket, slot);
        final int tag = KeyedHash.tag(indexHash);
        check(
                BucketDescriptor.tag(region, bucket, slot) == tag
                        && EntryDescriptor.hash(region, entry) == indexHash,
                "entry %d: its tag or its index hash is not its key's",
                entry);
        final int home = lookup.home(indexHash);
        final int alternate = lookup.alternate(home, tag);
        final boolean guest = isMarked(BucketDescriptor.guests(region, bucket), slot);
        final boolean stray = isMarked(BucketDescriptor.strays(region, bucket), slot);
        check(
                stray
                        ? bucket != home && !guest
                        : guest ? bucket == alternate && bucket != home : bucket == home,
                "entry %d: bucket %d is not its own, its alternate, or a stray's",
                entry,
                lookup.number(bucket));
        if (bucket != home) {
            out[lookup.number(home)]++;
        }
        if (stray) {
            for (int passing = alternate; passing != bucket; passing = lookup.next(passing)) {
                passed[lookup.number(passing)]++;
            }
        }
    }

    private static void check(boolean holds, String finding, Object... args) {
        Invariant.check("index", holds, finding, args);
    }

    private int entryAt(int bucket, int slot) {
        return BucketDescriptor.tag(region, bucket, slot) == BucketDescriptor.EMPTY
                ? Region.NONE
                : reference(BucketDescriptor.cell(bucket, slot));
    }
}
