package io.flagstone.segment;

import static io.flagstone.segment.SegmentDescriptor.BOUND_EVICTIONS;
import static io.flagstone.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.segment.SegmentDescriptor.EXPIRATIONS;
import static io.flagstone.segment.SegmentDescriptor.INSERTIONS;
import static io.flagstone.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.segment.SegmentDescriptor.PROMOTIONS;
import static io.flagstone.segment.SegmentDescriptor.REMOVALS;
import static io.flagstone.segment.SegmentDescriptor.REPLACEMENTS;
import static io.flagstone.segment.SegmentDescriptor.ROOM_EVICTIONS;
import static io.flagstone.segment.SegmentDescriptor.SLAB_EVICTIONS;
import static io.flagstone.segment.SegmentDescriptor.VALUE_BYTES;

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
 * short as they can be: an entry's removal from the index; an entry's insertion, all of it written
 * before; a value overwritten in place, with its deadline. A chunk is written again only after the
 * window that took it out of the index. What readers do not look at changes outside: links, stamps,
 * the wheel; and so does a deadline by itself, since it is one word.
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
    private final long idleNs;
    private final Callbacks callbacks;
    private final ReadCounters counters;
    final SegmentClock clock;
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
        this.idleNs = config.idleNs();
        this.callbacks = callbacks;
        this.counters = config.counters();
        this.clock = new SegmentClock(config.clock(), config.birthNs());
        this.lists =
                new LruLists(
                        region,
                        SegmentDescriptor.RECENCY_CLOCK,
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

    /** Adds an entry whose key is absent, and makes what room it takes. */
    void insert(
            long hash,
            int sizeClass,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long deadlineNs,
            boolean sliding,
            long nowNs) {
        while (entries() >= maxEntries) {
            evict(lists.last(lists.oldestClass()), BOUND_EVICTIONS, nowNs);
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
                        deadlineNs,
                        sliding,
                        nowNs);
        publish(hash, entry);
        wheel.deadlineSet(entry, EntryDescriptor.NO_DEADLINE, nowNs);
    }

    private void publish(long hash, int entry) {
        SegmentVersion.beginWrite(region);
        index.insert(KeyedHash.indexHash(hash), entry);
        SegmentVersion.endWrite(region);
        add(ENTRIES, 1);
        add(INSERTIONS, 1);
    }

    /** Gives a key another value, in place where the entry's chunk allows. */
    void replace(
            int entry,
            long hash,
            int sizeClass,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long deadlineNs,
            boolean sliding,
            long nowNs) {
        if (sizeClass == EntryDescriptor.sizeClass(region, entry)) {
            callbacks.removed(RemovalCause.REPLACED, entry);
            overwrite(
                    entry,
                    keyLength,
                    valueBase,
                    valueAddress,
                    valueLength,
                    deadlineNs,
                    sliding,
                    nowNs);
            lists.promote(entry);
        } else {
            relocate(
                    hash,
                    entry,
                    sizeClass,
                    keyBase,
                    keyAddress,
                    keyLength,
                    valueBase,
                    valueAddress,
                    valueLength,
                    deadlineNs,
                    sliding,
                    nowNs);
        }
    }

    /**
     * Moves an entry whose new value belongs into another class. Making room takes the entry itself
     * only with the slab it lies in, and then the new one is on its own.
     */
    private void relocate(
            long hash,
            int oldEntry,
            int sizeClass,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long deadlineNs,
            boolean sliding,
            long nowNs) {
        final int indexHash = KeyedHash.indexHash(hash);
        lists.moveToFirst(EntryDescriptor.sizeClass(region, oldEntry), oldEntry);
        final int entry =
                prepare(
                        indexHash,
                        sizeClass,
                        keyBase,
                        keyAddress,
                        keyLength,
                        valueBase,
                        valueAddress,
                        valueLength,
                        deadlineNs,
                        sliding,
                        nowNs);
        if (index.find(hash, keyBase, keyAddress, keyLength) == Region.NONE) {
            publish(hash, entry);
        } else {
            SegmentVersion.beginWrite(region);
            index.replace(indexHash, oldEntry, entry);
            SegmentVersion.endWrite(region);
            release(oldEntry, RemovalCause.REPLACED, REPLACEMENTS);
        }
        wheel.deadlineSet(entry, EntryDescriptor.NO_DEADLINE, nowNs);
    }

    /** Gives an entry another value that fits its chunk. */
    private void overwrite(
            int entry,
            int keyLength,
            Object valueBase,
            long valueAddress,
            int valueLength,
            long deadlineNs,
            boolean sliding,
            long nowNs) {
        final int valueOffset = EntryDescriptor.valueOffset(entry, keyLength);
        final long previousNs = EntryDescriptor.deadline(region, entry);
        final int grown = valueLength - EntryDescriptor.valueLength(region, entry);
        SegmentVersion.beginWrite(region);
        try {
            region.copyIn(valueOffset, valueBase, valueAddress, valueLength);
            EntryDescriptor.value(region, entry, valueLength, sliding);
            EntryDescriptor.deadline(region, entry, deadlineNs);
        } finally {
            SegmentVersion.endWrite(region);
        }
        add(VALUE_BYTES, grown);
        add(REPLACEMENTS, 1);
        wheel.deadlineSet(entry, previousNs, nowNs);
    }

    /** Gives an entry another deadline, and leaves its value alone. */
    void setDeadline(int entry, long deadlineNs, boolean sliding, long nowNs) {
        EntryDescriptor.sliding(region, entry, sliding);
        wheel.arm(entry, deadlineNs, nowNs);
    }

    /** Finds a live entry, counts the hit or miss, and uses the entry. */
    int findAndUse(long hash, Object keyBase, long keyAddress, int keyLength, long threadId) {
        final int entry = index.find(hash, keyBase, keyAddress, keyLength);
        if (entry != Region.NONE) {
            final boolean timed =
                    EntryDescriptor.deadline(region, entry) != EntryDescriptor.NO_DEADLINE;
            final long now = timed ? clock.observe(region) : 0;
            if (!isExpired(entry, now)) {
                counters.increment(ReadCounters.HITS, threadId);
                use(entry, now);
                return entry;
            }
        }
        counters.increment(ReadCounters.MISSES, threadId);
        return Region.NONE;
    }

    /** What every use does: renews a sliding deadline, and promotes. */
    void use(int entry, long nowNs) {
        if (EntryDescriptor.isSliding(region, entry)) {
            wheel.arm(entry, deadline(idleNs, nowNs), nowNs);
        }
        promote(entry);
    }

    /** Moves an entry to the head of its list if it has fallen behind. */
    void promote(int entry) {
        if (lists.promote(entry)) {
            add(PROMOTIONS, 1);
        }
    }

    /** When a time to live ends; one too long to be counted never does. */
    static long deadline(long ttlNs, long nowNs) {
        return ttlNs >= EntryDescriptor.NO_DEADLINE - nowNs
                ? EntryDescriptor.NO_DEADLINE
                : nowNs + ttlNs;
    }

    /** Removes an entry for a reason other than want of room, and tells the listener. */
    void remove(int entry, RemovalCause cause) {
        remove(entry, cause, cause == RemovalCause.EXPIRED ? EXPIRATIONS : REMOVALS);
    }

    private void remove(int entry, RemovalCause cause, int counter) {
        SegmentVersion.beginWrite(region);
        index.remove(EntryDescriptor.hash(region, entry), entry);
        SegmentVersion.endWrite(region);
        add(ENTRIES, -1);
        release(entry, cause, counter);
    }

    /** The rest of a removal, for an entry that is no longer in the index. */
    private void release(int entry, RemovalCause cause, int counter) {
        lists.remove(EntryDescriptor.sizeClass(region, entry), entry);
        wheel.disarm(entry);
        add(KEY_BYTES, -EntryDescriptor.keyLength(region, entry));
        add(VALUE_BYTES, -EntryDescriptor.valueLength(region, entry));
        add(counter, 1);
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
            long deadlineNs,
            boolean sliding,
            long nowNs) {
        final int entry = allocate(sizeClass, nowNs);
        boolean written = false;
        try {
            EntryDescriptor.init(region, entry, indexHash, keyLength, valueLength, sizeClass);
            EntryDescriptor.sliding(region, entry, sliding);
            EntryDescriptor.deadline(region, entry, deadlineNs);
            EntryDescriptor.putKey(region, entry, keyBase, keyAddress, keyLength);
            final int valueOffset = EntryDescriptor.valueOffset(entry, keyLength);
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
                remove(entry, RemovalCause.EXPIRED);
            }
            steps++;
        }
        return steps;
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
            evict(slabs.nextToDrain(), SLAB_EVICTIONS, nowNs);
        }
        if (lists.size(sizeClass) != 0 && slabs.pooledSlabs() == 0) {
            evict(lists.last(sizeClass), ROOM_EVICTIONS, nowNs);
        }
    }

    private void evict(int entry, int counter, long nowNs) {
        if (isExpired(entry, nowNs)) {
            remove(entry, RemovalCause.EXPIRED);
        } else {
            remove(entry, RemovalCause.EVICTED, counter);
        }
    }
}
