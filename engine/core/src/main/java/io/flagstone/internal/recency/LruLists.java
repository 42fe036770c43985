// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import static io.flagstone.internal.recency.RecencyDescriptor.HEAD;
import static io.flagstone.internal.recency.RecencyDescriptor.LIST_LENGTH;
import static io.flagstone.internal.recency.RecencyDescriptor.NONEMPTY;
import static io.flagstone.internal.recency.RecencyDescriptor.TAIL;
import static io.flagstone.internal.recency.RecencyDescriptor.TAIL_STAMP;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import java.util.BitSet;

/**
 * The entries of a segment in order of use: an intrusive doubly-linked list per size class, with
 * the most recently used entry at its head, and one recency clock for all lists.
 *
 * <p>The clock ticks when an entry is added. An entry that is put at a head, because it is new or
 * was used, stores the clock's reading as its stamp. So stamps never rise from head to tail, and
 * the tail with the smallest stamp is the least recently used entry of all classes. Each list
 * stores its tail's stamp next to its head, so finding that tail touches no entry.
 *
 * <p>A use moves an entry to the head only if its stamp is further behind the clock than the
 * promotion distance, a fraction of the length of its list. Entries fall behind only when others
 * are added. So an entry moves at most once per as many additions as the distance, no matter how
 * often it is used. With distance 0 the order is exact LRU: the clock also ticks at every move, so
 * no two stamps are equal, and only the entry stamped last is not moved.
 *
 * <p>Invariants, which {@link #audit} checks: links agree in both directions; stamps do not rise
 * from head to tail, and with distance 0 they fall; no stamp is ahead of the clock; sizes and tail
 * stamps match the lists.
 *
 * <p>Guarded by the segment's lock. Readers without the lock read only the clock, sizes and stamps.
 * Every operation except {@link #audit} takes constant time and allocates nothing.
 */
public final class LruLists {
    private final Region region;
    private final int clock;
    private final int start;
    private final int records;
    private final int lists;
    private final PromotionDistance distance;

    /**
     * Creates empty lists over zeroed memory from {@code start}, a multiple of a cache line. The
     * clock is the zeroed word at {@code clock}.
     *
     * @param distance the promotion distance, 0 to {@link PromotionDistance#ONE}.
     */
    public LruLists(Region region, int clock, int start, int lists, int distance) {
        this.region = region;
        this.clock = clock;
        this.start = start;
        this.records = start + RecencyDescriptor.headerLength(lists);
        this.lists = lists;
        this.distance = new PromotionDistance(clock, start, distance);
    }

    /** Returns the bytes that the lists' heads need. */
    public static int length(int lists) {
        return RecencyDescriptor.length(lists);
    }

    /** Empties all lists, whatever they hold. The clock stays. */
    public void restart() {
        region.zero(start, length(lists));
    }

    /** Sets the ends of a list whose entries have been linked, for a recovery. */
    void ends(int sizeClass, int head, int tail, int size) {
        region.putInt(list(sizeClass) + HEAD, head);
        region.putInt(list(sizeClass) + TAIL, tail);
        region.putLong(list(sizeClass) + TAIL_STAMP, EntryDescriptor.stamp(region, tail));
        region.putInt(distance.sizeWord(sizeClass), size);
        setNonempty(sizeClass, true);
    }

    Region region() {
        return region;
    }

    /** Adds an entry at the head of its class's list. The entry must be in no list. */
    public void addFirst(int sizeClass, int entry) {
        link(sizeClass, entry, tick());
        if (region.addInt(distance.sizeWord(sizeClass), 1) == 1) {
            setNonempty(sizeClass, true);
        }
    }

    /** Removes an entry from its class's list. */
    public void remove(int sizeClass, int entry) {
        unlink(sizeClass, entry);
        if (region.addInt(distance.sizeWord(sizeClass), -1) == 0) {
            setNonempty(sizeClass, false);
        }
    }

    /** Moves an entry to the head of its list, regardless of the promotion distance. */
    public void moveToFirst(int sizeClass, int entry) {
        unlink(sizeClass, entry);
        link(sizeClass, entry, distance.isExact() ? tick() : clock());
    }

    /** Moves an entry to the head of its list as a new one: the clock ticks. */
    public void renew(int sizeClass, int entry) {
        unlink(sizeClass, entry);
        link(sizeClass, entry, tick());
    }

    /** Makes the neighbours of an entry link to the chunk that the entry was copied to. */
    public void moved(int chunk) {
        final int list = list(EntryDescriptor.sizeClass(region, chunk));
        final int previous = EntryDescriptor.lruPrevious(region, chunk);
        final int next = EntryDescriptor.lruNext(region, chunk);
        if (previous == Region.NONE) {
            region.putInt(list + HEAD, chunk);
        } else {
            EntryDescriptor.lruNext(region, previous, chunk);
        }
        if (next == Region.NONE) {
            region.putInt(list + TAIL, chunk);
        } else {
            EntryDescriptor.lruPrevious(region, next, chunk);
        }
    }

    private void link(int sizeClass, int entry, long stamp) {
        final int list = list(sizeClass);
        final int head = region.getInt(list + HEAD);
        EntryDescriptor.stamp(region, entry, stamp);
        EntryDescriptor.lruPrevious(region, entry, Region.NONE);
        EntryDescriptor.lruNext(region, entry, head);
        region.putInt(list + HEAD, entry);
        if (head == Region.NONE) {
            region.putInt(list + TAIL, entry);
            region.putLong(list + TAIL_STAMP, stamp);
        } else {
            EntryDescriptor.lruPrevious(region, head, entry);
        }
    }

    private void unlink(int sizeClass, int entry) {
        final int list = list(sizeClass);
        final int previous = EntryDescriptor.lruPrevious(region, entry);
        final int next = EntryDescriptor.lruNext(region, entry);
        if (previous == Region.NONE) {
            region.putInt(list + HEAD, next);
        } else {
            EntryDescriptor.lruNext(region, previous, next);
        }
        if (next == Region.NONE) {
            region.putInt(list + TAIL, previous);
            if (previous != Region.NONE) {
                region.putLong(list + TAIL_STAMP, EntryDescriptor.stamp(region, previous));
            }
        } else {
            EntryDescriptor.lruPrevious(region, next, previous);
        }
    }

    /** Returns the promotion distance, for all segments with the same layout. */
    public PromotionDistance distance() {
        return distance;
    }

    /**
     * Moves an entry that was used to the head, if it is further behind than the promotion
     * distance.
     *
     * @return whether it moved.
     */
    public boolean promote(int entry) {
        if (!distance.isBehind(region, entry)) {
            return false;
        }
        moveToFirst(EntryDescriptor.sizeClass(region, entry), entry);
        return true;
    }

    /**
     * Returns whether an entry is among the oldest of its list, by age.
     *
     * @param divisor 8 for an age within an eighth of the tail's age.
     */
    public boolean isOld(int entry, int divisor) {
        final long oldest = lastAge(EntryDescriptor.sizeClass(region, entry));
        return clock() - EntryDescriptor.stamp(region, entry) >= oldest - oldest / divisor;
    }

    /** Returns the least recently used entry of a class, or {@link Region#NONE}. */
    public int last(int sizeClass) {
        return region.getInt(list(sizeClass) + TAIL);
    }

    /** Returns the number of entries of a class. */
    public int size(int sizeClass) {
        return region.getInt(distance.sizeWord(sizeClass));
    }

    /** Returns the age of a class's least recently used entry: the clock minus its stamp. */
    public long lastAge(int sizeClass) {
        return clock() - region.getLong(list(sizeClass) + TAIL_STAMP);
    }

    /**
     * Returns the estimated age of a class's last entry after a number of entries are removed from
     * the tail. The estimate assumes that stamps are spread evenly between the first entry and the
     * last.
     *
     * @param entries from 0 to the size of the class, which must not be empty.
     */
    public long ageWithout(int sizeClass, int entries) {
        final long last = lastAge(sizeClass);
        final long first =
                clock() - EntryDescriptor.stamp(region, region.getInt(list(sizeClass) + HEAD));
        return last - (long) ((double) (last - first) * entries / size(sizeClass));
    }

    /**
     * Returns the first class with entries.
     *
     * @param from the class to begin with.
     * @return the class, or -1 if neither that one nor any after it has entries.
     */
    public int nextNonempty(int from) {
        for (int word = from >>> 6; word < 2; word++) {
            final long below = word == from >>> 6 ? (1L << from) - 1 : 0;
            final long bits = region.getLong(nonempty(word)) & ~below;
            if (bits != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
            }
        }
        return -1;
    }

    /** Returns the class of the least recently used entry. There must be an entry. */
    public int oldestClass() {
        int oldest = -1;
        long oldestStamp = Long.MAX_VALUE;
        for (int c = nextNonempty(0); c >= 0; c = nextNonempty(c + 1)) {
            final long stamp = region.getLong(list(c) + TAIL_STAMP);
            if (stamp < oldestStamp) {
                oldestStamp = stamp;
                oldest = c;
            }
        }
        return oldest;
    }

    /**
     * Checks every list.
     *
     * @param live the live chunks, bit i for offset {@code 8 * i}; the lists must hold exactly
     *     these.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public void audit(BitSet live) {
        int total = 0;
        for (int sizeClass = 0; sizeClass < lists; sizeClass++) {
            total += auditList(sizeClass, live);
        }
        check(nextNonempty(lists) < 0, "list %d is marked", nextNonempty(lists));
        check(
                total == live.cardinality(),
                "%d live chunks, %d in lists",
                live.cardinality(),
                total);
    }

    private int auditList(int sizeClass, BitSet live) {
        final int list = list(sizeClass);
        int size = 0;
        int previous = Region.NONE;
        long tailStamp = 0;
        long highest = clock();
        int entry = region.getInt(list + HEAD);
        while (entry != Region.NONE) {
            check(
                    live.get(entry >>> 3),
                    "class %d links %d, which is not an entry",
                    sizeClass,
                    entry);
            check(
                    EntryDescriptor.sizeClass(region, entry) == sizeClass
                            && EntryDescriptor.lruPrevious(region, entry) == previous,
                    "entry %d is not of class %d, whose list it is in, or does not link back",
                    entry,
                    sizeClass);
            final long stamp = EntryDescriptor.stamp(region, entry);
            check(
                    stamp <= highest,
                    "entry %d: stamp %d is out of order with its predecessor's or the clock",
                    entry,
                    stamp);
            tailStamp = stamp;
            highest = distance.isExact() ? stamp - 1 : stamp;
            previous = entry;
            size++;
            entry = EntryDescriptor.lruNext(region, entry);
        }
        final boolean marked = (region.getLong(nonempty(sizeClass >>> 6)) >>> sizeClass & 1) != 0;
        check(
                size == size(sizeClass) && previous == last(sizeClass) && marked == size > 0,
                "class %d counts %d entries, has %d",
                sizeClass,
                size(sizeClass),
                size);
        check(
                size == 0 || region.getLong(list + TAIL_STAMP) == tailStamp,
                "class %d: the stored stamp is not its tail's",
                sizeClass);
        return size;
    }

    private static void check(boolean holds, String finding, Object... args) {
        Invariant.check("recency", holds, finding, args);
    }

    private long clock() {
        return region.getLong(clock);
    }

    private long tick() {
        final long now = clock() + 1;
        region.putLong(clock, now);
        return now;
    }

    private void setNonempty(int sizeClass, boolean nonempty) {
        final int word = nonempty(sizeClass >>> 6);
        final long bit = 1L << sizeClass;
        final long bits = region.getLong(word);
        region.putLong(word, nonempty ? bits | bit : bits & ~bit);
    }

    int nonempty(int word) {
        return start + NONEMPTY + word * Long.BYTES;
    }

    int list(int sizeClass) {
        return records + sizeClass * LIST_LENGTH;
    }
}
