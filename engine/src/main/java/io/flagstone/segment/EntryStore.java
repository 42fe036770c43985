package io.flagstone.segment;

import static io.flagstone.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.segment.SegmentDescriptor.EVICTIONS;
import static io.flagstone.segment.SegmentDescriptor.EXPIRATIONS;
import static io.flagstone.segment.SegmentDescriptor.INSERTIONS;
import static io.flagstone.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.segment.SegmentDescriptor.REMOVALS;
import static io.flagstone.segment.SegmentDescriptor.REPLACEMENTS;
import static io.flagstone.segment.SegmentDescriptor.VALUE_BYTES;
import static io.flagstone.segment.SegmentDescriptor.VERSION;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.RemovalCause;
import io.flagstone.entry.EntryDescriptor;
import io.flagstone.expiry.TimingWheel;
import io.flagstone.index.HashIndex;
import io.flagstone.index.KeyedHash;
import io.flagstone.memory.Region;
import io.flagstone.recency.LruLists;
import io.flagstone.slab.SizeClasses;
import io.flagstone.slab.SlabAllocator;

/**
 * Everything that changes together when an entry comes or goes: index, slabs, lists, wheel, counts
 * and the version word, over one region.
 *
 * <p>The version is odd while bytes that can be reached through the index change, in windows as
 * short as they can be: an entry's removal from the index, an entry's insertion, written before; a
 * value overwritten in place. A chunk is written again only after the window that took it out of
 * the index.
 *
 * <p>Room is made by leave of the lists. A class that has run out evicts its own least recently
 * used entry. If another class's is more than {@link #CALCIFIED} times as old, that class's slab
 * with the oldest entry is drained, some entries with each put that needs room, and comes to
 * whoever needs a slab next. A class without entries cannot wait and drains at once.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
final class EntryStore {
    /** How many times older another class's last entry must be for its slab to be taken. */
    private static final int CALCIFIED = 2;

    private final Region region;
    private final SizeClasses classes;
    private final int maxEntries;
    private final int budget;
    private final Callbacks callbacks;
    final HashIndex index;
    final SlabAllocator slabs;
    final LruLists lists;
    final TimingWheel wheel;

    EntryStore(Region region, SegmentConfig config, Callbacks callbacks) {
        final SegmentLayout layout = config.layout();
        this.region = region;
        this.classes = layout.classes();
        this.maxEntries = layout.maxEntries();
        this.budget = config.budget();
        this.callbacks = callbacks;
        this.lists =
                new LruLists(
                        region,
                        SegmentDescriptor.RECENCY,
                        classes.count(),
                        config.promotionDistance());
        this.wheel = new TimingWheel(region, layout.wheelOffset(), config.tickNs());
        this.slabs =
                new SlabAllocator(
                        region,
                        classes,
                        layout.tablesOffset(),
                        layout.slabsOffset(),
                        layout.slabs());
        this.index = new HashIndex(region, layout.indexOffset(), layout.buckets());
    }

    /**
     * The size class for an entry.
     *
     * @throws EntryTooLargeException if it needs more than a slab.
     */
    int classFor(int keyLength, int valueLength) {
        final long length = EntryDescriptor.length(keyLength, valueLength);
        if (length > classes.maxChunkBytes() || valueLength >= EntryDescriptor.MAX_ENTRY_LENGTH) {
            throw new EntryTooLargeException(length, classes.maxChunkBytes());
        }
        return classes.classFor((int) length);
    }

    long entries() {
        return region.getLong(ENTRIES);
    }

    boolean isExpired(int entry, long nowNs) {
        return EntryDescriptor.deadline(region, entry) <= nowNs;
    }

    /** Adds an entry whose key is absent, without a deadline, and makes what room it takes. */
    int insert(
            long hash,
            int sizeClass,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long nowNs) {
        while (entries() >= maxEntries) {
            evict(lists.last(lists.oldestClass()), nowNs);
        }
        final int entry =
                prepare(
                        KeyedHash.indexHash(hash),
                        sizeClass,
                        keyBase,
                        keyAddress,
                        keyLength,
                        valueBase,
                        valueAddress,
                        valueLength,
                        nowNs);
        beginWrite();
        index.insert(KeyedHash.indexHash(hash), entry);
        endWrite();
        add(ENTRIES, 1);
        add(INSERTIONS, 1);
        return entry;
    }

    /**
     * Moves an entry whose new value belongs into another class. Making room takes the entry itself
     * only with the slab it lies in, and then the new one is on its own.
     */
    int relocate(
            long hash,
            int oldEntry,
            int sizeClass,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long nowNs) {
        lists.moveToFirst(EntryDescriptor.sizeClass(region, oldEntry), oldEntry);
        final int entry =
                prepare(
                        KeyedHash.indexHash(hash),
                        sizeClass,
                        keyBase,
                        keyAddress,
                        keyLength,
                        valueBase,
                        valueAddress,
                        valueLength,
                        nowNs);
        final int cell = index.find(hash, keyBase, keyAddress, keyLength);
        beginWrite();
        if (cell == HashIndex.ABSENT) {
            index.insert(KeyedHash.indexHash(hash), entry);
        } else {
            index.replace(cell, entry);
        }
        endWrite();
        if (cell == HashIndex.ABSENT) {
            add(ENTRIES, 1);
            add(INSERTIONS, 1);
        } else {
            release(oldEntry, RemovalCause.REPLACED);
        }
        return entry;
    }

    /** Gives an entry another value that fits its chunk. */
    void overwrite(int entry, Object valueBase, long valueAddress, int valueLength) {
        add(VALUE_BYTES, valueLength - EntryDescriptor.valueLength(region, entry));
        add(REPLACEMENTS, 1);
        beginWrite();
        try {
            region.copyIn(
                    EntryDescriptor.valueOffset(region, entry),
                    valueBase,
                    valueAddress,
                    valueLength);
            EntryDescriptor.valueLength(region, entry, valueLength);
        } finally {
            endWrite();
        }
    }

    /** Removes an entry by its reference alone, as lists and wheel know it. */
    void removeEntry(int entry, RemovalCause cause) {
        remove(index.findReference(EntryDescriptor.hash(region, entry), entry), cause);
    }

    /** Removes the entry of a cell, tells the listener, and gives its chunk back. */
    void remove(int cell, RemovalCause cause) {
        final int entry = index.reference(cell);
        beginWrite();
        index.remove(EntryDescriptor.hash(region, entry), cell);
        endWrite();
        add(ENTRIES, -1);
        release(entry, cause);
    }

    /** The rest of a removal, for an entry that is no longer in the index. */
    private void release(int entry, RemovalCause cause) {
        lists.remove(EntryDescriptor.sizeClass(region, entry), entry);
        wheel.disarm(entry);
        add(KEY_BYTES, -EntryDescriptor.keyLength(region, entry));
        add(VALUE_BYTES, -EntryDescriptor.valueLength(region, entry));
        add(counter(cause), 1);
        callbacks.removed(cause, entry);
        slabs.free(entry);
    }

    /** Writes an entry, the most recently used of its class, that the index does not yet know. */
    private int prepare(
            int indexHash,
            int sizeClass,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long nowNs) {
        final int entry = allocate(sizeClass, nowNs);
        boolean written = false;
        try {
            EntryDescriptor.init(region, entry, indexHash, keyLength, valueLength, sizeClass);
            EntryDescriptor.putKey(region, entry, keyBase, keyAddress, keyLength);
            final int valueOffset = EntryDescriptor.valueOffset(region, entry);
            region.copyIn(valueOffset, valueBase, valueAddress, valueLength);
            written = true;
        } finally {
            // The caller's memory may be a mapped file that has been cut short.
            if (!written) {
                slabs.free(entry);
            }
        }
        lists.addFirst(sizeClass, entry);
        add(KEY_BYTES, keyLength);
        add(VALUE_BYTES, valueLength);
        return entry;
    }

    private int allocate(int sizeClass, long nowNs) {
        int chunk = slabs.allocate(sizeClass);
        while (chunk == Region.NONE) {
            makeRoom(sizeClass, nowNs);
            chunk = slabs.allocate(sizeClass);
        }
        return chunk;
    }

    /**
     * Removes entries whose deadline has passed, as many as the budget allows.
     *
     * @return the steps taken, at most the budget.
     */
    int reclaim(long nowNs) {
        int steps = 0;
        while (steps < budget) {
            final int entry = wheel.poll(nowNs);
            if (entry == TimingWheel.NOTHING_DUE) {
                break;
            }
            if (entry != TimingWheel.MOVED) {
                removeEntry(entry, RemovalCause.EXPIRED);
            }
            steps++;
        }
        return steps;
    }

    void beginWrite() {
        region.putLong(VERSION, region.getLong(VERSION) + 1);
        // Nobody may see bytes of the write before the odd version that warns of them.
        Region.storeFence();
    }

    void endWrite() {
        region.putLongRelease(VERSION, region.getLong(VERSION) + 1);
    }

    void add(int counter, long delta) {
        region.putLong(counter, region.getLong(counter) + delta);
    }

    private void makeRoom(int sizeClass, long nowNs) {
        final boolean urgent = lists.size(sizeClass) == 0;
        if (slabs.draining() == Region.NONE) {
            final int oldest = lists.oldestClass();
            if (urgent || lists.lastAge(oldest) / CALCIFIED > lists.lastAge(sizeClass)) {
                slabs.startDraining(lists.last(oldest));
            }
        }
        for (int i = 0; i < budget && slabs.draining() != Region.NONE; i++) {
            evict(slabs.nextToDrain(), nowNs);
        }
        if (lists.size(sizeClass) != 0 && slabs.pooledSlabs() == 0) {
            evict(lists.last(sizeClass), nowNs);
        }
    }

    private void evict(int entry, long nowNs) {
        removeEntry(entry, isExpired(entry, nowNs) ? RemovalCause.EXPIRED : RemovalCause.EVICTED);
    }

    private static int counter(RemovalCause cause) {
        switch (cause) {
            case EVICTED:
                return EVICTIONS;
            case EXPIRED:
                return EXPIRATIONS;
            case REPLACED:
                return REPLACEMENTS;
            default:
                return REMOVALS;
        }
    }
}
