// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.EXPIRATIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.INSERTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.internal.segment.SegmentDescriptor.MOVES;
import static io.flagstone.internal.segment.SegmentDescriptor.REMOVALS;
import static io.flagstone.internal.segment.SegmentDescriptor.REPLACEMENTS;
import static io.flagstone.internal.segment.SegmentDescriptor.VALUE_BYTES;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.expiry.TimingWheel;
import io.flagstone.internal.feed.ChangeRing;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.internal.stripe.StripeMap;
import io.flagstone.internal.stripe.Stripes;
import io.flagstone.internal.stripe.UndoRecords;

/**
 * The structures that refer to an entry: index, slabs, order, wheel and counts. Its methods keep
 * them consistent: they remove an entry from all of them, and tell all of them when an entry moves
 * to another chunk.
 *
 * <p>An entry leaves the index only while no updater has its stripe, and moves only while its
 * stripe is locked for the segment.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
final class LiveEntries {
    private final Region region;
    private final Callbacks callbacks;
    final HashIndex index;
    final SlabAllocator slabs;
    final EvictionOrder order;
    final TimingWheel wheel;
    final Stripes stripes;
    final UndoRecords undo;
    final Following following;

    /** Takes every change, or {@code null}. Told with the entry's stripe or the segment's lock. */
    final ChangeRing feed;

    /**
     * The image that is being taken, or {@code null}. An entry is handed over to it before it
     * changes, moves or goes.
     */
    SegmentImage image;

    /** The synchronisation that is copying this segment to the feed, or {@code null}. */
    SegmentSweep sweep;

    /** The list of keys that is being made or kept, or {@code null}. */
    SegmentListing listing;

    LiveEntries(Region region, SegmentConfig config, Callbacks callbacks) {
        final SegmentLayout layout = config.layout();
        this.region = region;
        this.callbacks = callbacks;
        this.feed = config.calls().feed();
        this.order = new EvictionOrder(region, config);
        this.wheel =
                new TimingWheel(
                        region, layout.wheelOffset(), layout.wheelBits(), config.times().tickNs());
        this.slabs =
                new SlabAllocator(
                        region,
                        layout.classes(),
                        layout.tablesOffset(),
                        layout.slabsOffset(),
                        layout.slabs());
        this.index = new HashIndex(region, layout.indexOffset(), layout.buckets());
        final StripeMap map = new StripeMap(layout.stripesOffset(), layout.stripes());
        this.stripes = new Stripes(region, map, config.writesUnderStripes(), this::discard);
        this.undo = new UndoRecords(region, map, layout.undoOffset(), layout.undoBytes());
        this.following = config.times().following();
    }

    long count() {
        return region.getLong(ENTRIES);
    }

    boolean isExpired(int entry, long nowNs) {
        return EntryDescriptor.deadline(region, entry) <= nowNs;
    }

    /** Returns whether expired entries may have to be reclaimed. Needs no lock. */
    boolean isExpiryDue(long nowNs) {
        return wheel.isDue(nowNs) && !following.isOn();
    }

    /** Returns whether an entry that leaves to make room counts as expired. */
    boolean leavesExpired(int entry, long nowNs) {
        return isExpired(entry, nowNs) && !following.isOn();
    }

    /**
     * Removes an entry to make room. It counts as expired if its deadline has passed and the cache
     * does not follow another, otherwise as evicted.
     */
    void evict(int entry, int counter, long nowNs) {
        if (!openRemoval(entry)) {
            return;
        }
        if (leavesExpired(entry, nowNs)) {
            closeRemoval(entry, RemovalCause.EXPIRED, EXPIRATIONS);
        } else {
            closeRemoval(entry, RemovalCause.EVICTED, counter);
        }
    }

    /** Removes an entry that was not evicted, and calls the removal handler. */
    void remove(int entry, RemovalCause cause) {
        if (openRemoval(entry)) {
            closeRemoval(entry, cause, cause == RemovalCause.EXPIRED ? EXPIRATIONS : REMOVALS);
        }
    }

    /**
     * Removes an entry that the wheel found to be due, unless an updater has extended its deadline
     * meanwhile. Then the entry is filed again.
     *
     * @return whether the entry has expired.
     */
    boolean expire(int entry, long nowNs) {
        if (!openRemoval(entry)) {
            return true;
        }
        if (isExpired(entry, nowNs)) {
            closeRemoval(entry, RemovalCause.EXPIRED, EXPIRATIONS);
            return true;
        }
        SegmentVersion.endWrite(region);
        wheel.deadlineSet(entry, EntryDescriptor.NO_DEADLINE, nowNs);
        return false;
    }

    /**
     * Opens a window in which an entry may leave the index. No updater is writing its value then,
     * and none begins to.
     *
     * @return false if the entry was discarded, because the updater that wrote its value has ended
     *     by an Error. Then there is no window.
     */
    boolean openRemoval(int entry) {
        willChange(entry);
        if (!stripes.isShared()) {
            SegmentVersion.beginWrite(region);
            return true;
        }
        final int stripe = stripeOf(entry);
        SegmentVersion.beginRemoval(region);
        while (!stripes.awaitUpdater(stripe)) {
            // An entry was discarded, which has closed the window, and an updater may have begun.
            if (isGone(entry)) {
                return false;
            }
            SegmentVersion.beginRemoval(region);
        }
        return true;
    }

    /** Hands an entry over to the image that is being taken, if any. */
    void willChange(int entry) {
        if (image != null) {
            image.handOver(entry);
        }
    }

    /** Tells the image that is being taken, if any, that a new entry takes a chunk. */
    void willClaim(int chunk) {
        if (image != null) {
            image.claimed(chunk);
        }
    }

    /** Tells the list of keys, if any, that an entry of the index has got its chunk. */
    void arrived(int entry) {
        if (listing != null) {
            callbacks.tellKey(entry, listing.visitor);
        }
    }

    /**
     * Tells the feed, if any, the value of an entry that is complete. Before any other thread can
     * write to it: it is not in the index yet, or its stripe is locked, or a window is open.
     */
    void tellPut(int entry) {
        if (feed != null) {
            feed.put(region, entry);
        }
    }

    /** Tells the feed, if any, the deadline of an entry. */
    void tellDeadline(int entry) {
        if (feed != null) {
            feed.deadline(region, entry);
        }
    }

    /** Tells the feed, if any, that an entry goes, while its key is intact. */
    void tellRemoval(int entry, RemovalCause cause) {
        if (feed != null) {
            feed.removal(region, entry, cause);
        }
    }

    /** Tells the feed, if any, that all entries go at once. */
    void tellReset() {
        if (feed != null) {
            feed.lose();
        }
    }

    /** Takes an entry out of the index, closes the window, and completes the removal. */
    private void closeRemoval(int entry, RemovalCause cause, int counter) {
        Doubt.begin(region, entry);
        index.remove(EntryDescriptor.hash(region, entry), entry);
        SegmentVersion.endWrite(region);
        add(ENTRIES, -1);
        release(entry, cause, counter);
    }

    /** Puts an entry, which is complete, into the index. */
    void insert(long hash, int entry) {
        SegmentVersion.beginWrite(region);
        index.insert(KeyedHash.indexHash(hash), entry);
        Doubt.end(region);
        SegmentVersion.endWrite(region);
        add(ENTRIES, 1);
        add(INSERTIONS, 1);
        arrived(entry);
    }

    /**
     * Replaces an entry in the index by another one of the same key, which is complete, and
     * completes its removal.
     *
     * @param told whether the removal handler is called.
     */
    void replace(int entry, int other, boolean told) {
        // The operation has locked the stripe of its key.
        openRemoval(entry);
        Doubt.pass(region, entry);
        index.replace(EntryDescriptor.hash(region, entry), entry, other);
        SegmentVersion.endWrite(region);
        add(REPLACEMENTS, 1);
        unlink(entry);
        if (told) {
            callbacks.removed(RemovalCause.REPLACED, entry);
        }
        free(entry);
        arrived(other);
    }

    private int stripeOf(int entry) {
        return stripes.of(EntryDescriptor.hash(region, entry));
    }

    private void unlock(int stripe, boolean locked) {
        if (locked) {
            stripes.unlock(stripe);
        }
    }

    /**
     * Saves what a write in place is about to overwrite, for a later process. The caller has the
     * stripe.
     *
     * @param offset the first byte.
     * @param length the number of bytes.
     */
    void save(int stripe, int entry, int offset, int length) {
        undo.save(
                stripe,
                entry,
                EntryDescriptor.deadline(region, entry),
                EntryDescriptor.valueWord(region, entry),
                offset,
                length);
    }

    /** Returns whether an entry was discarded while its stripe was awaited. */
    private boolean isGone(int entry) {
        return EntryDescriptor.isFree(region, entry);
    }

    /**
     * Removes an entry whose value is half written, because the thread that wrote it has ended the
     * write by an Error. The caller has the stripe and ends the write there. This may be called in
     * the middle of another change, when a stripe is being locked. So it leaves the doubt as it is:
     * one store of {@code slabs.free} marks the chunk free.
     */
    void discard(int entry) {
        final long mark = ChangeMark.get(region);
        ChangeMark.begin(region);
        SegmentVersion.beginWrite(region);
        index.remove(EntryDescriptor.hash(region, entry), entry);
        SegmentVersion.endWrite(region);
        add(ENTRIES, -1);
        // The write that did not finish counts as one.
        add(REPLACEMENTS, -1);
        add(REMOVALS, 1);
        tellRemoval(entry, RemovalCause.REMOVED);
        unlink(entry);
        slabs.free(entry);
        ChangeMark.set(region, mark);
    }

    /** Completes the removal of an entry that is no longer in the index. */
    private void release(int entry, RemovalCause cause, int counter) {
        add(counter, 1);
        tellRemoval(entry, cause);
        unlink(entry);
        callbacks.removed(cause, entry);
        free(entry);
    }

    /** Frees the chunk in doubt. */
    void free(int chunk) {
        slabs.free(chunk);
        Doubt.end(region);
    }

    /**
     * Unlinks an entry that is not in the index from all other structures. Its chunk stays
     * allocated.
     */
    void unlink(int entry) {
        order.remove(entry);
        wheel.disarm(entry);
        add(KEY_BYTES, -EntryDescriptor.keyLength(region, entry));
        add(VALUE_BYTES, -EntryDescriptor.valueLength(region, entry));
    }

    /**
     * Moves an entry to another chunk of its class. The copy is complete before the index refers to
     * it. The old chunk is freed only after the index no longer refers to it. The stripe is locked,
     * so the value cannot change after it was copied. The doubt is on the old chunk before the
     * stripe is unlocked and the value changes in the new one.
     */
    void move(int entry, int chunk) {
        final int stripe = stripeOf(entry);
        final boolean locked = stripes.lock(stripe);
        if (isGone(entry)) {
            unlock(stripe, locked);
            slabs.free(chunk);
            return;
        }
        willChange(entry);
        willClaim(chunk);
        Doubt.begin(region, chunk);
        region.copy(
                entry,
                chunk,
                (int)
                        EntryDescriptor.length(
                                EntryDescriptor.keyLength(region, entry),
                                EntryDescriptor.valueLength(region, entry)));
        Doubt.pass(region, entry);
        SegmentVersion.beginWrite(region);
        index.replace(EntryDescriptor.hash(region, entry), entry, chunk);
        SegmentVersion.endWrite(region);
        if (sweep != null) {
            sweep.moved(entry, chunk);
        }
        unlock(stripe, locked);
        order.moved(chunk);
        wheel.moved(chunk);
        free(entry);
        add(MOVES, 1);
        arrived(chunk);
    }

    void add(int counter, long delta) {
        region.putLong(counter, region.getLong(counter) + delta);
    }
}
