// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.BOUND_EVICTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.internal.segment.SegmentDescriptor.PROMOTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.ROOM_EVICTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.VALUE_BYTES;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.events.ExpiryRun;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.expiry.TimingWheel;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.internal.stripe.Stripes;
import java.util.ConcurrentModificationException;

/**
 * Writes, publishes, replaces, uses and reclaims the entries of one region, and sets the version
 * accordingly.
 *
 * <p>The version is odd while the index changes. The write windows are as short as possible. A
 * window covers the removal of an entry from the index, or the insertion or replacement of an entry
 * that is completely written. A chunk is written again only after the window that removed it from
 * the index, or in that window: see {@link Recycling}. The sequence number of the key's stripe is
 * odd while a value changes in place, with its deadline. Links, stamps and the wheel change outside
 * both because readers do not use them. A change of the deadline alone needs neither because the
 * deadline is one word.
 *
 * <p>The operation has locked its key's stripe if the key may be present. So the value of {@code
 * old} and its deadline do not change unless this class changes them.
 *
 * <p>The {@link Rebalancer} makes room for new entries. It may evict or move any other entry,
 * including the one that is about to be replaced.
 *
 * <p>Each operation begins and ends a change; see {@link ChangeMark}. An Error in between leaves
 * the mark set, unless the operation is undone here. A value that is half overwritten is removed
 * with its entry, in the same window. A new chunk that is half written is freed.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
final class EntryStore {
    /** A write reclaims at least as much as two writes can add. */
    private static final int WRITES_AHEAD = 2;

    private final Region region;
    private final KeyedHash keyedHash;
    private final SegmentLayout layout;
    private final SizeClasses classes;
    private final int maxEntries;
    private final int budget;
    final TimesToLive timesToLive;
    private final Callbacks callbacks;
    private final SegmentEvents events;
    private final ReadCounters counters;
    final SegmentClock clock;
    final LiveEntries entries;
    final Rebalancer rebalancer;
    private final ChunkRoom room;
    final HashIndex index;
    private final SlabAllocator slabs;
    final EvictionOrder order;
    final TimingWheel wheel;
    final Recycling recycling;
    final Stripes stripes;
    final ValueWrites values;

    EntryStore(Region region, SegmentConfig config, Callbacks callbacks) {
        this.region = region;
        this.keyedHash = config.hash();
        this.layout = config.layout();
        this.classes = layout.classes();
        this.maxEntries = layout.maxEntries();
        this.budget = config.budgets().expiry();
        this.timesToLive = new TimesToLive(region, config);
        this.callbacks = callbacks;
        this.counters = config.counters();
        this.events = config.events();
        this.clock = new SegmentClock(config.times().clock(), config.times().birthNs());
        this.entries = new LiveEntries(region, config, callbacks);
        this.rebalancer = new Rebalancer(config, entries);
        this.room = new ChunkRoom(region, config, entries, rebalancer);
        this.index = entries.index;
        this.slabs = entries.slabs;
        this.order = entries.order;
        this.wheel = entries.wheel;
        this.recycling = new Recycling(region, layout, entries, callbacks);
        this.stripes = entries.stripes;
        this.values = new ValueWrites(region, entries, callbacks);
    }

    /**
     * Returns the size class for an entry.
     *
     * @throws EntryTooLargeException if the entry is larger than the largest.
     */
    int classFor(long lengths) {
        final int valueLength = EntryLengths.value(lengths);
        final long length = EntryDescriptor.length(EntryLengths.key(lengths), valueLength);
        if (length > classes.maxEntryBytes() || valueLength >= EntryDescriptor.MAX_ENTRY_LENGTH) {
            throw new EntryTooLargeException(length, classes.maxEntryBytes());
        }
        return classes.classFor((int) length);
    }

    /**
     * Claims room for a value. This is the old value's room if the new length suits the entry's
     * chunk. For an absent key in a full segment it is the chunk of the entry that leaves, if the
     * value is short. Otherwise it is a new chunk. The header of a new entry is written here.
     * Making room may evict or move any entry, including the old one, and the new chunk may even be
     * the old entry's. So the claim alone tells whether the value is overwritten in place.
     *
     * @param old the key's entry, or none.
     * @param lengths the lengths of key and value; see {@link EntryLengths}.
     * @return a {@link Claim}.
     */
    int claim(int old, long hash, long lengths, int sizeClass, long nowNs) {
        if (old == Region.NONE && recycling.suits(sizeClass)) {
            return claimShort(hash, lengths, sizeClass, nowNs);
        }
        if (old == Region.NONE || !suits(old, sizeClass, EntryLengths.value(lengths))) {
            return claimChunk(old, hash, lengths, sizeClass, nowNs);
        }
        ChangeMark.begin(region);
        callbacks.removed(RemovalCause.REPLACED, old);
        return Claim.inPlace(old);
    }

    /** Claims a new chunk. The old value stays readable until the commit. */
    int claimChunk(int old, long hash, long lengths, int sizeClass, long nowNs) {
        ChangeMark.begin(region);
        if (old == Region.NONE) {
            while (entries.count() >= maxEntries) {
                entries.evict(order.victim(order.oldestClass()), BOUND_EVICTIONS, nowNs);
            }
        } else {
            order.moveToFirst(old);
        }
        return fresh(room.allocate(sizeClass, nowNs), hash, lengths);
    }

    /** Claims a chunk for an absent key and a short value: that of the entry that leaves for it. */
    private int claimShort(long hash, long lengths, int sizeClass, long nowNs) {
        ChangeMark.begin(region);
        while (entries.count() >= maxEntries) {
            final int oldest = order.oldestClass();
            final int victim = order.victim(oldest);
            if (oldest == sizeClass && rebalancer.isQuiet(sizeClass)) {
                return recycle(victim, BOUND_EVICTIONS, hash, lengths, sizeClass, nowNs);
            }
            entries.evict(victim, BOUND_EVICTIONS, nowNs);
        }
        final int chunk =
                events.recordsEvictions()
                        ? room.allocate(sizeClass, nowNs)
                        : rebalancer.allocate(sizeClass, nowNs);
        return chunk < 0
                ? recycle(~chunk, ROOM_EVICTIONS, hash, lengths, sizeClass, nowNs)
                : fresh(chunk, hash, lengths);
    }

    private int recycle(
            int victim, int counter, long hash, long lengths, int sizeClass, long nowNs) {
        // An entry whose value an Error has left half written is discarded, and its chunk is free.
        return recycling.begin(victim, counter, hash, lengths, nowNs)
                ? Claim.recycled(victim)
                : claimShort(hash, lengths, sizeClass, nowNs);
    }

    private int fresh(int chunk, long hash, long lengths) {
        entries.willClaim(chunk);
        Doubt.begin(region, chunk);
        EntryDescriptor.init(
                region,
                chunk,
                KeyedHash.indexHash(hash),
                EntryLengths.key(lengths),
                EntryLengths.value(lengths),
                slabs.sizeClassOf(chunk));
        return Claim.fresh(chunk);
    }

    /**
     * Returns whether a value is written over the old one. A large value is not, because readers of
     * any key would have to wait for its copy. It is if the new chunk could be the old entry's. In
     * a persistent segment no value is whose old bytes are too many to be saved.
     */
    private boolean suits(int old, int sizeClass, int valueLength) {
        final int chunkClass = EntryDescriptor.sizeClass(region, old);
        return sizeClass <= chunkClass
                && chunkClass <= classes.spillLimit(sizeClass)
                && (!slabs.isLarge(chunkClass) || order.size(chunkClass) == 1)
                && values.fits(overwritten(old, valueLength));
    }

    /** Returns how many bytes of an entry's value are overwritten by another value. */
    private int overwritten(int entry, int valueLength) {
        return Math.min(EntryDescriptor.valueLength(region, entry), valueLength);
    }

    /** Copies the value, and the key of a new entry. Aborts the claim if that fails. */
    void write(
            int claim,
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            Object valueBase,
            long valueAddress) {
        final int keyLength = EntryLengths.key(lengths);
        final boolean inPlace = Claim.isInPlace(claim);
        final int entry = Claim.entry(claim);
        final int offset = EntryDescriptor.valueOffset(entry, keyLength);
        if (inPlace) {
            values.begin(entry, offset, overwritten(entry, EntryLengths.value(lengths)));
        }
        try {
            if (!inPlace) {
                writeKey(entry, hash, keyBase, keyAddress, keyLength);
            }
            region.copyIn(offset, valueBase, valueAddress, EntryLengths.value(lengths));
        } catch (final Throwable thrown) {
            abort(claim);
            throw thrown;
        }
    }

    /**
     * Copies the key and lets a writer fill in the value, whose bytes are 0 before. Aborts the
     * claim if that fails.
     *
     * @param claim a new chunk.
     */
    void write(
            int claim,
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            ValueUpdater writer) {
        try {
            writeKey(claim, hash, keyBase, keyAddress, EntryLengths.key(lengths));
            region.zero(
                    EntryDescriptor.valueOffset(claim, EntryLengths.key(lengths)),
                    EntryLengths.value(lengths));
            callbacks.update(claim, writer);
        } catch (final Throwable thrown) {
            abort(claim);
            throw thrown;
        }
    }

    /**
     * Copies a key.
     *
     * @throws ConcurrentModificationException if the copied key differs from the one that was
     *     hashed, because a callback of this call or another thread wrote to the key's bytes.
     */
    private void writeKey(int entry, long hash, Object keyBase, long keyAddress, int keyLength) {
        EntryDescriptor.putKey(region, entry, keyBase, keyAddress, keyLength);
        if (keyBase != EntryDescriptor.LONG_KEY
                && keyedHash.hash(null, addressOfKey(entry), keyLength) != hash) {
            throw new ConcurrentModificationException(
                    "the key must not change during the call; nothing was put: keyLength="
                            + keyLength);
        }
    }

    private long addressOfKey(int entry) {
        return region.addressOf(EntryDescriptor.keyOffset(entry));
    }

    /** Gives up a claim. Removes the entry if its value is half overwritten. */
    private void abort(int claim) {
        final int entry = Claim.entry(claim);
        if (Claim.isInPlace(claim)) {
            values.abort(entry);
        } else if (Claim.isRecycled(claim)) {
            recycling.abort(entry);
        } else {
            entries.free(entry);
        }
        ChangeMark.end(region);
    }

    /**
     * Publishes a claim whose bytes are written.
     *
     * @param old the entry, or none, that was passed to the claim.
     */
    void commit(
            int claim,
            int old,
            long hash,
            int valueLength,
            long deadlineNs,
            boolean sliding,
            long nowNs) {
        final int entry = Claim.entry(claim);
        if (Claim.isInPlace(claim)) {
            commitInPlace(entry, valueLength, deadlineNs, sliding, nowNs);
        } else if (Claim.isRecycled(claim)) {
            recycling.commit(entry, deadlineNs, sliding, nowNs);
        } else {
            commitFresh(entry, old, hash, deadlineNs, sliding, nowNs, true);
        }
        ChangeMark.end(region);
    }

    /**
     * Publishes a new chunk.
     *
     * @param told whether the removal handler is called for the old entry.
     */
    private void commitFresh(
            int entry,
            int old,
            long hash,
            long deadlineNs,
            boolean sliding,
            long nowNs,
            boolean told) {
        EntryDescriptor.sliding(region, entry, sliding);
        EntryDescriptor.deadline(region, entry, deadlineNs);
        entries.tellPut(entry);
        entries.add(KEY_BYTES, EntryDescriptor.keyLength(region, entry));
        entries.add(VALUE_BYTES, EntryDescriptor.valueLength(region, entry));
        if (old == Region.NONE) {
            order.addNew(entry, entries.count());
            entries.insert(hash, entry);
        } else {
            order.add(entry);
            substitute(hash, entry, told);
        }
        wheel.deadlineSet(entry, EntryDescriptor.NO_DEADLINE, nowNs);
    }

    private void commitInPlace(
            int entry, int valueLength, long deadlineNs, boolean sliding, long nowNs) {
        final long previousNs = EntryDescriptor.deadline(region, entry);
        final int grown = valueLength - EntryDescriptor.valueLength(region, entry);
        EntryDescriptor.value(region, entry, valueLength, sliding);
        EntryDescriptor.deadline(region, entry, deadlineNs);
        entries.tellPut(entry);
        values.end(entry);
        if (grown != 0) {
            entries.add(VALUE_BYTES, grown);
        }
        wheel.deadlineSet(entry, previousNs, nowNs);
        order.promote(entry, entries.count());
    }

    /**
     * Replaces the entry that has the same key. Making room may have moved the old entry, so it is
     * looked up again. If it was evicted, the new entry is inserted. The lookup uses the key in the
     * region because the caller's bytes may have changed.
     */
    private void substitute(long hash, int entry, boolean told) {
        final int present = presentEntry(hash, entry);
        if (present == Region.NONE) {
            entries.insert(hash, entry);
        } else {
            entries.replace(present, entry, told);
        }
    }

    private int presentEntry(long hash, int entry) {
        final int keyLength = EntryDescriptor.keyLength(region, entry);
        return index.find(hash, null, addressOfKey(entry), keyLength);
    }

    /** Lets an updater change a value. If the updater throws, the old value stays. */
    void update(
            int entry,
            long hash,
            Object keyBase,
            long keyAddress,
            ValueUpdater updater,
            long nowNs) {
        if (values.fits(EntryDescriptor.valueLength(region, entry))) {
            values.update(entry, updater);
        } else {
            updateCopy(entry, hash, keyBase, keyAddress, updater, nowNs);
        }
    }

    /**
     * Lets an updater change a copy of a value, in a new chunk that then replaces the entry. Making
     * room may evict the entry. So the copy is made from one on the heap, and the old value stays
     * in the new chunk if the updater throws then.
     */
    private void updateCopy(
            int entry,
            long hash,
            Object keyBase,
            long keyAddress,
            ValueUpdater updater,
            long nowNs) {
        callbacks.keep(entry);
        final int keyLength = EntryDescriptor.keyLength(region, entry);
        final long lengths = EntryLengths.of(keyLength, EntryDescriptor.valueLength(region, entry));
        final long deadline = EntryDescriptor.deadline(region, entry);
        final boolean sliding = EntryDescriptor.isSliding(region, entry);
        final int copy = claimChunk(entry, hash, lengths, classFor(lengths), nowNs);
        try {
            writeKey(copy, hash, keyBase, keyAddress, keyLength);
            callbacks.restore(copy);
        } catch (final Throwable thrown) {
            abort(copy);
            throw thrown;
        }
        try {
            callbacks.update(copy, updater);
        } catch (final Throwable thrown) {
            if (presentEntry(hash, copy) == Region.NONE) {
                callbacks.restore(copy);
                commitFresh(copy, entry, hash, deadline, sliding, nowNs, false);
                ChangeMark.end(region);
            } else {
                abort(copy);
            }
            throw thrown;
        }
        commitFresh(copy, entry, hash, deadline, sliding, nowNs, false);
        ChangeMark.end(region);
    }

    private int stripeOf(int entry) {
        return stripes.of(EntryDescriptor.hash(region, entry));
    }

    /** Removes an entry and calls the removal handler. */
    void remove(int entry, RemovalCause cause) {
        ChangeMark.begin(region);
        entries.remove(entry, cause);
        ChangeMark.end(region);
    }

    /**
     * Continues a rebalancing that is in progress.
     *
     * @return the steps taken.
     */
    int rebalance(long nowNs) {
        ChangeMark.begin(region);
        final int steps = rebalancer.work(nowNs);
        ChangeMark.end(region);
        return steps;
    }

    /** Finds a live entry, counts the hit or miss, and records the use of the entry. */
    int findAndUse(long hash, Object keyBase, long keyAddress, int keyLength, long threadId) {
        final int entry = index.find(hash, keyBase, keyAddress, keyLength);
        if (entry != Region.NONE) {
            final boolean timed =
                    EntryDescriptor.deadline(region, entry) != EntryDescriptor.NO_DEADLINE;
            final long now = timed ? clock.observe(region) : 0;
            if (!entries.isExpired(entry, now)) {
                counters.increment(ReadCounters.HITS, threadId);
                use(entry, now);
                return entry;
            }
        }
        counters.increment(ReadCounters.MISSES, threadId);
        return Region.NONE;
    }

    /**
     * Records a use: renews a sliding deadline unless the cache follows, and promotes the entry.
     */
    void use(int entry, long nowNs) {
        ChangeMark.begin(region);
        if (EntryDescriptor.isSliding(region, entry) && !entries.following.isOn()) {
            renew(entry, nowNs);
        }
        moveUp(entry);
        ChangeMark.end(region);
    }

    /** Renews a sliding deadline, unless an updater that read the clock later has done so. */
    private void renew(int entry, long nowNs) {
        final int stripe = stripeOf(entry);
        final boolean locked = stripes.lock(stripe);
        final long renewed = timesToLive.renewed(nowNs);
        if (renewed > EntryDescriptor.deadline(region, entry)) {
            entries.willChange(entry);
            wheel.arm(entry, renewed, nowNs);
            entries.tellDeadline(entry);
        }
        if (locked) {
            stripes.unlock(stripe);
        }
    }

    /** Moves an entry to the head of its list if it has fallen behind. */
    void promote(int entry) {
        ChangeMark.begin(region);
        moveUp(entry);
        ChangeMark.end(region);
    }

    private void moveUp(int entry) {
        if (order.promote(entry, entries.count())) {
            entries.add(PROMOTIONS, 1);
        }
    }

    /**
     * Empties the segment: lays out its tables afresh in one write window, whatever they hold. All
     * stripes are locked meanwhile, so no updater is left that found an entry before. If this is
     * interrupted, it can start again.
     *
     * <p>The change mark says {@link ChangeMark#RESETTING}.
     *
     * @return the number of entries that the segment held according to its count.
     */
    long reset() {
        if (entries.image != null) {
            entries.image.fail(SegmentImage.Failure.SEGMENT_RESET);
        }
        entries.tellReset();
        final long lost = entries.count();
        stripes.lockAll();
        SegmentVersion.beginWrite(region);
        empty();
        Doubt.end(region);
        SegmentVersion.endWrite(region);
        stripes.unlockAll();
        return lost;
    }

    /** Lays out the tables and counts of an empty segment, whatever they hold. */
    void empty() {
        region.zero(SegmentDescriptor.RECENCY, layout.stripesOffset() - SegmentDescriptor.RECENCY);
        layOut();
        region.putLong(ENTRIES, 0);
        region.putLong(KEY_BYTES, 0);
        region.putLong(VALUE_BYTES, 0);
    }

    /** Continues with tables that another process has written. */
    void attach() {
        slabs.attach();
        rebalancer.forget();
    }

    /** Lays out an empty segment over zeroed tables. */
    void layOut() {
        slabs.layOut();
        order.layOut();
        rebalancer.forget();
    }

    /**
     * Removes expired entries, at most as many as the budget allows. A separate limit bounds the
     * entries that the wheel moves to a lower level.
     *
     * <p>Writes keep up with the work they add, whatever the budget. A write arms at most one
     * entry, which needs at most {@link TimingWheel#maxStepsPerEntry} steps: its moves down the
     * levels and its removal. A call takes all the steps that two entries can need, or removes two
     * entries, if that much is due. So count a move as {@code 1 / mostSteps} of a call and a
     * removal as {@code 1 / mostRemoved}. In a wheel of L levels, an entry then adds at most (L -
     * 1) / (2 L) + 1/2, which is less than one, and a call that leaves work behind has done at
     * least one. So each such write reduces the remaining work, and calls leave work behind only
     * for a bounded number of writes. With a bound on removals alone, a write whose steps were all
     * moves would never be made up for. Hits that renew deadlines add moves too, but they keep
     * their entries and take no room.
     *
     * @return the steps taken.
     */
    int reclaim(long nowNs) {
        if (!entries.isExpiryDue(nowNs)) {
            return 0;
        }
        ChangeMark.begin(region);
        final int mostRemoved = Math.max(budget, WRITES_AHEAD);
        final int mostSteps = Math.max(budget, WRITES_AHEAD * wheel.maxStepsPerEntry());
        int removed = 0;
        int steps = 0;
        ExpiryRun run = null;
        while (removed < mostRemoved && steps < mostSteps) {
            final int entry = wheel.poll(nowNs);
            if (entry == TimingWheel.NOTHING_DUE) {
                break;
            }
            if (steps == 0) {
                run = events.beginExpiry();
            }
            if (entry != TimingWheel.MOVED && entries.expire(entry, nowNs)) {
                removed++;
            }
            steps++;
        }
        ChangeMark.end(region);
        if (run != null) {
            run.finish(steps);
        }
        return steps;
    }
}
