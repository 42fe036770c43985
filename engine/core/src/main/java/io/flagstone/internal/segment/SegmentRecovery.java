// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.DOUBTED;
import static io.flagstone.internal.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.internal.segment.SegmentDescriptor.RECENCY_CLOCK;
import static io.flagstone.internal.segment.SegmentDescriptor.VALUE_BYTES;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.IndexRecovery;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.ListRecovery;
import io.flagstone.internal.segment.SegmentDamagedException.Reason;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabRecovery;
import io.flagstone.internal.stripe.Stripes;
import io.flagstone.internal.stripe.UndoRecords;

/**
 * Takes over a region that another process has written: as it is, if that process has closed the
 * segment or was in no operation on it, otherwise from its entries alone.
 *
 * <p>A process that is killed may leave any operation unfinished: one under the segment's lock, and
 * one write in place in each stripe. The recovery
 *
 * <ol>
 *   <li>undoes the writes in place that did not end; see {@link UndoRecords};
 *   <li>discards what has expired and ends here, if no operation under the lock was under way, the
 *       segment is {@linkplain IntactSegment intact}, and at most half of its entries have expired;
 *   <li>frees the chunk in doubt; see {@link Doubt};
 *   <li>reads the chunks of all slabs in turn. Those whose header has the class of the slab are the
 *       entries. It checks each one, frees it if it has expired, and enters it into index, lists
 *       and wheel, which were emptied before;
 *   <li>rebuilds the slab tables and the counts.
 * </ol>
 *
 * <p>The lists are rebuilt from the stamps. A segment with an admission filter is always rebuilt:
 * all entries are in the main lists then, and the filter is new. If a {@linkplain
 * ChangeMark#RESETTING reset} did not end, the segment is empty.
 *
 * <p>What the recovery reads changes only in ways that lead another one to the same entries. So it
 * can be interrupted at any moment, and start again.
 *
 * <p>A region may hold anything. Every offset and length is checked before it is used, and every
 * loop is bounded by the layout. A recovery that finds what no segment has written ends with a
 * {@link SegmentDamagedException}.
 *
 * <p>No other thread uses the segment meanwhile.
 */
final class SegmentRecovery {
    /** The clock ticks with each insertion, so no region has seen as many. */
    private static final long GREATEST_CLOCK = 1L << 47;

    private final Region region;
    private final SegmentConfig config;
    private final SegmentLayout layout;
    private final SizeClasses classes;
    private final KeyedHash keyedHash;
    private final EntryStore store;
    private final SlabRecovery slabs;
    private final Stripes stripes;
    private final UndoRecords undo;

    private ListRecovery lists;
    private IndexRecovery index;
    private long nowNs;
    private long clock;
    private long kept;
    private long expired;
    private long dropped;
    private long keyBytes;
    private long valueBytes;

    SegmentRecovery(Region region, SegmentConfig config, EntryStore store) {
        this.region = region;
        this.config = config;
        this.layout = config.layout();
        this.classes = layout.classes();
        this.keyedHash = config.hash();
        this.store = store;
        this.slabs = new SlabRecovery(store.entries.slabs);
        this.stripes = store.stripes;
        this.undo = store.entries.undo;
    }

    /**
     * Continues a region that was closed. Takes time for the stripes, and otherwise constant time.
     *
     * @throws SegmentDamagedException if the region was not closed, or holds another layout.
     */
    static void attach(Region region, SegmentConfig config, EntryStore store) {
        checkIdentity(region, config);
        check(
                isAtRest(region, store.stripes),
                Reason.NOT_CLOSED,
                "an operation did not end: version=%d, changeMark=%d, doubted=%d",
                region.getLong(SegmentDescriptor.VERSION),
                ChangeMark.get(region),
                Doubt.get(region));
        checkTimes(region);
        final long entries = store.entries.count();
        check(
                entries >= 0 && entries <= config.layout().maxEntries(),
                Reason.COUNTS,
                "entries=%d",
                entries);
        beginLife(region, store);
    }

    /** Returns whether no operation is under way, neither one with the lock nor one in place. */
    static boolean isAtRest(Region region, Stripes stripes) {
        return !isLocked(region) && stripes.isAtRest();
    }

    /** Returns whether an operation with the lock is under way. */
    private static boolean isLocked(Region region) {
        return SegmentVersion.isOdd(region.getLong(SegmentDescriptor.VERSION))
                || ChangeMark.get(region) != ChangeMark.NONE
                || Doubt.get(region) != Region.NONE;
    }

    private static void checkIdentity(Region region, SegmentConfig config) {
        check(
                SegmentDescriptor.isIdentity(
                        region, config.layout(), config.hash().seed(), config.times().tickNs()),
                Reason.IDENTITY,
                "the region was laid out by another version or for another configuration:"
                        + " layoutVersion=%d, supported=%d",
                region.getInt(SegmentDescriptor.IDENTITY_VERSION),
                SegmentDescriptor.LAYOUT_VERSION);
    }

    private static void checkTimes(Region region) {
        final long ticks = region.getLong(RECENCY_CLOCK);
        check(
                ticks >= 0 && ticks < GREATEST_CLOCK && SegmentClock.latest(region) >= 0,
                Reason.COUNTS,
                "recencyClock=%d, latestTime=%d",
                ticks,
                SegmentClock.latest(region));
    }

    /**
     * Sets what a process knows of its own life only. Counts begin anew, as if the entries that are
     * there had been inserted. So the insertions less all kinds of removals are the entries.
     */
    private static void beginLife(Region region, EntryStore store) {
        store.stripes.beginLife();
        for (final int counter : SegmentDescriptor.EVENT_COUNTERS) {
            region.putLong(counter, 0);
        }
        region.putLong(SegmentDescriptor.INSERTIONS, store.entries.count());
        store.attach();
    }

    /**
     * Rebuilds a region whose process ended without closing it.
     *
     * @param clockNs the present time of the cache's clock.
     * @throws SegmentDamagedException if the region holds what no segment has written.
     * @throws IllegalStateException if the segment is not persistent.
     */
    RecoveryCounts recover(long clockNs) {
        if (!layout.isPersistent()) {
            throw new IllegalStateException("only a persistent segment can be recovered");
        }
        checkIdentity(region, config);
        checkTimes(region);
        final long mark = ChangeMark.get(region);
        check(
                mark >= ChangeMark.NONE && mark <= ChangeMark.RESETTING,
                Reason.COUNTS,
                "changeMark=%d",
                mark);
        if (mark == ChangeMark.RESETTING) {
            dropped = Math.max(0, Math.min(store.entries.count(), layout.maxEntries()));
            store.empty();
        } else {
            takeOver(clockNs);
        }
        beginLife(region, store);
        region.putLong(DOUBTED, Region.NONE);
        SegmentVersion.endWrite(region);
        ChangeMark.end(region);
        return new RecoveryCounts(kept, expired, dropped);
    }

    private void takeOver(long clockNs) {
        final int impossible = slabs.impossibleSlab();
        check(impossible == Region.NONE, Reason.SLABS, "slab %d", impossible);
        for (int number = 0; number < stripes.map().count(); number++) {
            undo(stripes.map().ofNumber(number));
        }
        nowNs = store.clock.observe(region, clockNs);
        final IntactSegment intact = new IntactSegment(region, config, store);
        if (!isLocked(region)
                && !layout.isFiltered()
                && intact.isIntact(nowNs)
                && !intact.isMostlyExpired()) {
            expired = intact.expired().cardinality();
            kept = intact.entries() - expired;
            intact.expired().stream().forEach(bit -> store.entries.discard(bit << 3));
        } else {
            // Nobody attaches to what is left of a recovery that was interrupted.
            ChangeMark.begin(region);
            rebuild();
        }
    }

    private void rebuild() {
        freeDoubted();
        clock = region.getLong(RECENCY_CLOCK);
        store.order.restart();
        store.wheel.restart();
        lists = new ListRecovery(store.order.lists(), clock);
        index = new IndexRecovery(region, store.index);
        slabs.begin();
        for (int c = 0; c < classes.count(); c++) {
            rebuild(c);
        }
        checkUnique(index.flush());
        slabs.end();
        region.putLong(ENTRIES, kept);
        region.putLong(KEY_BYTES, keyBytes);
        region.putLong(VALUE_BYTES, valueBytes);
    }

    /** Undoes the write in place that did not end in a stripe, if there is one. */
    private void undo(int stripe) {
        if (!stripes.isWriting(stripe)) {
            return;
        }
        final int entry = undo.entry(stripe);
        if (!slabs.isChunk(entry) || EntryDescriptor.isFree(region, entry)) {
            // The entry has been discarded, because its writer ended by an Error.
            return;
        }
        final int sizeClass = store.entries.slabs.sizeClassOf(entry);
        final int word = undo.valueWord(stripe);
        final int offset = undo.offset(stripe);
        final int length = undo.length(stripe);
        check(
                EntryDescriptor.sizeClass(word) == sizeClass
                        && length >= 0
                        && length <= Math.max(Long.BYTES, layout.undoBytes())
                        && offset >= entry
                        && (length == 0 || offset >= entry + EntryDescriptor.HEADER_LENGTH)
                        && offset - entry <= classes.chunkBytes(sizeClass) - length,
                Reason.ENTRY,
                "entry %d of class %d: the undo record has value word %d, %d bytes at %d",
                entry,
                sizeClass,
                word,
                length,
                offset);
        undo.restore(stripe);
        EntryDescriptor.valueWord(region, entry, word);
        if (EntryDescriptor.deadline(region, entry) != undo.deadline(stripe)) {
            // The wheel may have filed the entry by the deadline that the write had extended. The
            // mark also tells a recovery that comes after this one, and finds the old deadline.
            ChangeMark.begin(region);
            EntryDescriptor.deadline(region, entry, undo.deadline(stripe));
        }
    }

    private void freeDoubted() {
        final long doubted = Doubt.get(region);
        if (doubted != Region.NONE && slabs.isChunk(doubted)) {
            final int chunk = (int) doubted;
            if (!EntryDescriptor.isFree(region, chunk)) {
                dropped++;
                EntryDescriptor.markFree(region, chunk, Region.NONE);
            }
        }
        Doubt.end(region);
    }

    private void rebuild(int sizeClass) {
        final int count = slabs.slabsOf(sizeClass);
        lists.begin(Math.multiplyExact(count, classes.chunksPerSlab(sizeClass)));
        for (int i = 0; i < count; i++) {
            final int slab = slabs.slab(sizeClass, i);
            final int live = rebuildSlab(slab, sizeClass);
            if (live > 0) {
                slabs.keep(slab, live);
            }
        }
        check(
                lists.end(sizeClass),
                Reason.ENTRY,
                "two entries of class %d have the same stamp in exact order",
                sizeClass);
    }

    private int rebuildSlab(int slab, int sizeClass) {
        final int chunkBytes = classes.chunkBytes(sizeClass);
        final int count = slabs.chunksOf(slab);
        int chunk = slabs.chunk(slab, 0);
        int live = 0;
        for (int i = 0; i < count; i++) {
            final int found = EntryDescriptor.sizeClass(region, chunk);
            if (found == sizeClass) {
                live += add(chunk, sizeClass) ? 1 : 0;
            } else if (found != EntryDescriptor.FREE) {
                throw damaged("chunk %d of class %d has class %d", chunk, sizeClass, found);
            }
            chunk += chunkBytes;
        }
        return live;
    }

    /** Enters an entry into everything but the slab tables, or frees it if it has expired. */
    private boolean add(int entry, int sizeClass) {
        final int keyLength = EntryDescriptor.keyLength(region, entry);
        final int valueLength = EntryDescriptor.valueLength(region, entry);
        final long deadline = EntryDescriptor.deadline(region, entry);
        final long stamp = EntryDescriptor.stamp(region, entry);
        if (!EntryDescriptor.fits(keyLength, valueLength, classes.chunkBytes(sizeClass))
                || deadline < 0
                || stamp > clock) {
            throw damaged(
                    "entry %d of class %d: keyLength=%d, valueLength=%d, deadline=%d, stamp=%d",
                    entry, sizeClass, keyLength, valueLength, deadline, stamp);
        }
        final long key = region.addressOf(EntryDescriptor.keyOffset(entry));
        final long hash = keyedHash.hash(null, key, keyLength);
        if (KeyedHash.indexHash(hash) != EntryDescriptor.hash(region, entry)) {
            throw new SegmentDamagedException(Reason.HASH, "entry %d", entry);
        }
        if (deadline <= nowNs) {
            expired++;
            EntryDescriptor.markFree(region, entry, Region.NONE);
            return false;
        }
        if (++kept > layout.maxEntries()) {
            throw new SegmentDamagedException(
                    Reason.COUNTS, "more than %d entries", layout.maxEntries());
        }
        keyBytes += keyLength;
        valueBytes += valueLength;
        lists.add(entry, stamp);
        EntryDescriptor.unfiled(region, entry);
        if (deadline != EntryDescriptor.NO_DEADLINE) {
            store.wheel.deadlineSet(entry, EntryDescriptor.NO_DEADLINE, nowNs);
        }
        checkUnique(index.add(entry, hash));
        return true;
    }

    private static void checkUnique(int duplicate) {
        if (duplicate != Region.NONE) {
            throw new SegmentDamagedException(Reason.DUPLICATE, "entry %d", duplicate);
        }
    }

    private static SegmentDamagedException damaged(String finding, Object... args) {
        return new SegmentDamagedException(Reason.ENTRY, finding, args);
    }

    private static void check(boolean holds, Reason reason, String finding, Object... args) {
        if (!holds) {
            throw new SegmentDamagedException(reason, finding, args);
        }
    }
}
