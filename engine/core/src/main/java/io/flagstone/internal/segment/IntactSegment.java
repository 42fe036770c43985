// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.internal.segment.SegmentDescriptor.RECENCY_CLOCK;
import static io.flagstone.internal.segment.SegmentDescriptor.VALUE_BYTES;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.expiry.WheelCheck;
import io.flagstone.internal.index.IndexCheck;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.ListCheck;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabCheck;
import java.util.BitSet;

/**
 * Finds out whether a region that was not closed can be used as it is: no operation was under way
 * in it, and index, lists, wheel, slab tables and counts agree with the entries. Most segments of a
 * process that is killed are like this, because a thread is in one segment at a time.
 *
 * <p>The check reads the region once, from its beginning to its end, and follows no reference. So
 * it takes a fraction of the time that rebuilding takes, most of which goes into misses. It makes
 * sure that every reference is that of an entry, and that every entry is in the index. It does not
 * compare the stamps of neighbours or the deadlines with their slots, nor look for keys that are
 * there twice. Whatever does not pass is rebuilt, and then each of these is looked at.
 *
 * <p>Changes nothing. A region may hold anything. No other thread uses it meanwhile.
 */
final class IntactSegment {
    private final Region region;
    private final SizeClasses classes;
    private final long maxEntries;
    private final KeyedHash keyedHash;
    private final SlabCheck slabs;
    private final ListCheck lists;
    private final WheelCheck wheel;
    private final IndexCheck index;
    private final BitSet expired = new BitSet();
    private long entries;
    private long keyBytes;
    private long valueBytes;

    IntactSegment(Region region, SegmentConfig config, EntryStore store) {
        this.region = region;
        this.classes = config.layout().classes();
        this.maxEntries = config.layout().maxEntries();
        this.keyedHash = config.hash();
        this.slabs = new SlabCheck(store.entries.slabs);
        this.lists =
                new ListCheck(store.order.lists(), classes.count(), region.getLong(RECENCY_CLOCK));
        this.wheel = new WheelCheck(store.wheel);
        this.index = new IndexCheck(region, store.index);
    }

    /**
     * Checks the region, in which no operation and no write in place is under way. The classes of
     * the slabs must be possible.
     *
     * @param nowNs the time to compare deadlines with.
     */
    boolean isIntact(long nowNs) {
        try {
            slabs.begin();
        } catch (final IllegalStateException e) {
            return false;
        }
        for (int slab = 1; slab <= slabs.slabs(); slab++) {
            if (!add(slab, nowNs)) {
                return false;
            }
        }
        return slabs.holds()
                && lists.holds()
                && wheel.holds()
                && index.holds()
                && entries <= maxEntries
                && region.getLong(ENTRIES) == entries
                && region.getLong(KEY_BYTES) == keyBytes
                && region.getLong(VALUE_BYTES) == valueBytes;
    }

    private boolean add(int slab, long nowNs) {
        final int sizeClass = slabs.sizeClass(slab);
        final int count = slabs.chunksOf(slab);
        int chunk = slabs.firstChunk(slab);
        int live = 0;
        for (int i = 0; i < count; i++) {
            final int found = EntryDescriptor.sizeClass(region, chunk);
            if (found == EntryDescriptor.FREE) {
                slabs.addFree(slab, chunk);
            } else if (found == sizeClass && addEntry(chunk, sizeClass, nowNs)) {
                live++;
            } else {
                return false;
            }
            chunk += classes.chunkBytes(sizeClass);
        }
        slabs.end(slab, live);
        return true;
    }

    private boolean addEntry(int entry, int sizeClass, long nowNs) {
        final int keyLength = EntryDescriptor.keyLength(region, entry);
        final int valueLength = EntryDescriptor.valueLength(region, entry);
        final long deadline = EntryDescriptor.deadline(region, entry);
        if (!EntryDescriptor.fits(keyLength, valueLength, classes.chunkBytes(sizeClass))
                || deadline < 0
                || !hasHash(entry, keyLength)) {
            return false;
        }
        lists.add(entry, sizeClass);
        wheel.add(entry);
        index.add(entry, EntryDescriptor.hash(region, entry));
        entries++;
        keyBytes += keyLength;
        valueBytes += valueLength;
        if (deadline <= nowNs) {
            expired.set(entry >>> 3);
        }
        return true;
    }

    private boolean hasHash(int entry, int keyLength) {
        final long key = region.addressOf(EntryDescriptor.keyOffset(entry));
        return KeyedHash.indexHash(keyedHash.hash(null, key, keyLength))
                == EntryDescriptor.hash(region, entry);
    }

    /** Returns the number of entries, expired ones included. */
    long entries() {
        return entries;
    }

    /** Returns whether more than half of the entries have expired. */
    boolean isMostlyExpired() {
        return expired.cardinality() > entries / 2;
    }

    /** Returns the entries whose deadline has passed, bit i for offset {@code 8 * i}. */
    BitSet expired() {
        return expired;
    }
}
