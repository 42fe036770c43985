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
 * <p>Multiply-shift of its index hash gives an entry its own bucket, so the number of buckets need
 * not be a power of two. If its own bucket is full, the entry is a guest in its alternate bucket.
 * Own bucket and tag determine the alternate bucket, and alternate bucket and tag determine the own
 * bucket (partial-key cuckoo hashing: Fan, Andersen, Kaminsky, Mitzenmacher: Cuckoo Filter, CoNEXT
 * 2014). An insertion into a full bucket first sends home a guest whose own bucket has room again,
 * so guests stay few in a long-lived table. If both buckets are full of entries that cannot move,
 * the entry strays to the next bucket with room. Strays are very rare in a table of more than a few
 * buckets.
 *
 * <p>A search looks at one bucket, at a second if entries of the first are out, and at more only if
 * strays have passed. There are no tombstones and no rehashing. An insertion moves at most one
 * other entry. To find it, it looks at no more than twenty buckets and at no key.
 *
 * <p>Invariants, which {@link #audit} checks:
 *
 * <ul>
 *   <li>a slot is used if and only if its tag is not 0;
 *   <li>each entry is in its own bucket, or a guest in its alternate bucket, or a stray after
 *       buckets that count it as passed. The own bucket of a guest or stray counts it as out;
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
     * Entries per hundred buckets. At 8.4 of 10 slots an entry costs 7.6 bytes. After any number of
     * replacements a hit touches 1.12 buckets on average and a miss 1.32.
     */
    private static final int ENTRIES_PER_HUNDRED_BUCKETS = 840;

    private final Region region;
    private final IndexLookup lookup;
    private final int buckets;

    /**
     * Creates an index over {@code buckets} zeroed buckets from {@code start}, a multiple of {@link
     * #BUCKET_LENGTH}.
     */
    public HashIndex(Region region, int start, int buckets) {
        this.region = region;
        this.lookup = new IndexLookup(start, buckets);
        this.buckets = buckets;
    }

    /** Returns whether a search for a hash, or its insertion, looks at a second bucket. */
    boolean mayLeaveHome(int indexHash) {
        final int home = lookup.home(indexHash);
        return BucketDescriptor.out(region, home, KeyedHash.tag(indexHash)) != 0
                || emptySlot(home) < 0;
    }

    /** Empties the index, whatever it holds. */
    void restart() {
        region.zero(lookup.bucket(0), buckets * BUCKET_LENGTH);
    }

    /** Returns the most entries that {@code buckets} buckets may hold. */
    public static int capacity(int buckets) {
        return (int)
                Math.min(Integer.MAX_VALUE, (long) buckets * ENTRIES_PER_HUNDRED_BUCKETS / 100);
    }

    /**
     * Returns the fewest buckets for {@code entries} entries, at most as many as fit in a region.
     */
    public static int bucketsFor(long entries) {
        final long countable = Math.min(entries, Integer.MAX_VALUE);
        final long needed =
                (countable * 100 + ENTRIES_PER_HUNDRED_BUCKETS - 1) / ENTRIES_PER_HUNDRED_BUCKETS;
        return (int) Math.min(Integer.MAX_VALUE / BUCKET_LENGTH, Math.max(1, needed));
    }

    /** Returns the lookup, with or without the lock, for all indexes of this shape. */
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

    /** Returns the cell of an entry. The entry must be in the index. */
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

    /** Replaces the reference to an entry by a reference to another entry of the same key. */
    public void replace(int indexHash, int entry, int other) {
        region.putInt(cellOf(indexHash, entry), other);
    }

    /**
     * Adds an entry. Its key must not be in the index, and the index must be below its capacity.
     */
    public void insert(int indexHash, int entry) {
        final int tag = KeyedHash.tag(indexHash);
        final int home = lookup.home(indexHash);
        final int slot = emptySlot(home);
        if (slot >= 0) {
            set(home, slot, tag, entry);
        } else {
            insertIntoFull(home, tag, entry);
        }
    }

    private void insertIntoFull(int home, int tag, int entry) {
        int slot = sendGuestHome(home);
        if (slot >= 0) {
            set(home, slot, tag, entry);
            return;
        }
        final int alternate = lookup.alternate(home, tag);
        slot = emptySlot(alternate);
        if (slot < 0) {
            slot = sendGuestHome(alternate);
        }
        if (slot >= 0) {
            setGuest(home, alternate, slot, tag, entry);
            return;
        }
        slot = sendNativeOut(home);
        if (slot >= 0) {
            set(home, slot, tag, entry);
            return;
        }
        slot = sendNativeOut(alternate);
        if (slot >= 0) {
            setGuest(home, alternate, slot, tag, entry);
        } else {
            putStray(home, alternate, tag, entry);
        }
    }

    /** Removes an entry. It must be in the index. */
    public void remove(int indexHash, int entry) {
        final int cell = cellOf(indexHash, entry);
        final int home = lookup.home(indexHash);
        final int bucket = BucketDescriptor.bucketOf(cell);
        final int slot = BucketDescriptor.slotOf(cell);
        if (bucket != home) {
            final int tag = KeyedHash.tag(indexHash);
            BucketDescriptor.addOut(region, home, tag, -1);
            if (isMarked(BucketDescriptor.strays(region, bucket), slot)) {
                addPassed(lookup.alternate(home, tag), bucket, -1);
            }
        }
        BucketDescriptor.clear(region, bucket, slot);
    }

    /** Returns the first empty slot of a bucket, or -1. */
    private int emptySlot(int bucket) {
        final long mask = BucketDescriptor.match(region, bucket, BucketDescriptor.EMPTY);
        return mask == 0 ? -1 : BucketDescriptor.firstSlot(mask);
    }

    private void set(int bucket, int slot, int tag, int entry) {
        region.putInt(BucketDescriptor.cell(bucket, slot), entry);
        BucketDescriptor.tag(region, bucket, slot, tag);
    }

    private void setGuest(int home, int alternate, int slot, int tag, int entry) {
        set(alternate, slot, tag, entry);
        BucketDescriptor.markGuest(region, alternate, slot);
        BucketDescriptor.addOut(region, home, tag, 1);
    }

    private void putStray(int home, int alternate, int tag, int entry) {
        int bucket = alternate;
        int slot = -1;
        while (slot < 0) {
            bucket = lookup.next(bucket);
            slot = emptySlot(bucket);
        }
        addPassed(alternate, bucket, 1);
        set(bucket, slot, tag, entry);
        BucketDescriptor.markStray(region, bucket, slot);
        BucketDescriptor.addOut(region, home, tag, 1);
    }

    private void addPassed(int from, int to, int delta) {
        for (int bucket = from; bucket != to; bucket = lookup.next(bucket)) {
            BucketDescriptor.addPassed(region, bucket, delta);
        }
    }

    /**
     * Makes room in a full bucket by moving a guest to its own bucket, if that has room.
     *
     * @return the slot that is now empty, or -1.
     */
    private int sendGuestHome(int bucket) {
        for (int rest = BucketDescriptor.guests(region, bucket); rest != 0; rest &= rest - 1) {
            final int slot = Integer.numberOfTrailingZeros(rest);
            final int tag = BucketDescriptor.tag(region, bucket, slot);
            final int home = lookup.alternate(bucket, tag);
            final int room = emptySlot(home);
            if (room >= 0) {
                set(home, room, tag, reference(BucketDescriptor.cell(bucket, slot)));
                BucketDescriptor.addOut(region, home, tag, -1);
                BucketDescriptor.clear(region, bucket, slot);
                return slot;
            }
        }
        return -1;
    }

    /**
     * Makes room in a full bucket by moving one of its own entries to the entry's alternate.
     *
     * @return the slot that is now empty, or -1.
     */
    private int sendNativeOut(int bucket) {
        for (int rest = BucketDescriptor.natives(region, bucket); rest != 0; rest &= rest - 1) {
            final int slot = Integer.numberOfTrailingZeros(rest);
            final int tag = BucketDescriptor.tag(region, bucket, slot);
            final int alternate = lookup.alternate(bucket, tag);
            final int room = emptySlot(alternate);
            if (room >= 0) {
                final int entry = reference(BucketDescriptor.cell(bucket, slot));
                setGuest(bucket, alternate, room, tag, entry);
                BucketDescriptor.clear(region, bucket, slot);
                return slot;
            }
        }
        return -1;
    }

    private static boolean isMarked(int slots, int slot) {
        return (slots >>> slot & 1) != 0;
    }

    /**
     * Returns the entry in a slot, for iteration over the whole index. Iteration may miss an entry
     * or return it twice if an insertion moves the entry meanwhile.
     *
     * @param number the bucket's number, from 0 to {@link #buckets} - 1.
     * @param slot the slot, from 0 to {@link #SLOTS_PER_BUCKET} - 1.
     * @return the entry, or {@link Region#NONE}.
     */
    public int entryInSlot(int number, int slot) {
        return entryAt(lookup.bucket(number), slot);
    }

    /** Returns the number of buckets. */
    public int buckets() {
        return buckets;
    }

    /**
     * Checks every slot, and every bucket's counts against the hashes of the keys.
     *
     * @param hash the keyed hash.
     * @param entries receives every reference found.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public void audit(KeyedHash hash, IntConsumer entries) {
        final int[] out = new int[2 * buckets];
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
            for (int tag = 0; tag < 2; tag++) {
                final int outCount = BucketDescriptor.out(region, lookup.bucket(i), tag);
                check(
                        outCount == out[2 * i + tag] || outCount == BucketDescriptor.MAX_OUT,
                        "bucket %d: out counts %d, has %d",
                        i,
                        outCount,
                        out[2 * i + tag]);
            }
            final int passedCount = BucketDescriptor.passed(region, lookup.bucket(i));
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
                "entry %d: tag or index hash does not match its key",
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
            out[2 * lookup.number(home) + (tag & 1)]++;
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
