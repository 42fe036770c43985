// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.REPLACEMENTS;

import io.flagstone.api.ValueUpdater;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.internal.stripe.Stripes;
import io.flagstone.internal.stripe.UndoRecords;

/**
 * The writes in place that hold the segment's lock: between {@link #begin} and {@link #end} the
 * sequence number of the key's stripe is odd, and so is the version of the slab of a large value. A
 * persistent segment first saves what is overwritten.
 *
 * <p>Guarded by the segment's lock and the key's stripe. Allocates nothing.
 */
final class ValueWrites {
    private final Region region;
    private final LiveEntries entries;
    private final Callbacks callbacks;
    private final SlabAllocator slabs;
    private final Stripes stripes;
    private final UndoRecords undo;
    private final boolean persistent;

    ValueWrites(Region region, LiveEntries entries, Callbacks callbacks) {
        this.region = region;
        this.entries = entries;
        this.callbacks = callbacks;
        this.slabs = entries.slabs;
        this.stripes = entries.stripes;
        this.undo = entries.undo;
        this.persistent = undo.isKept();
    }

    /** Returns whether this number of bytes may be overwritten in place. */
    boolean fits(int length) {
        return undo.fits(length);
    }

    /**
     * Announces a write in place to readers and, if the segment is persistent, to a later process.
     *
     * @param offset the first byte that is overwritten.
     * @param length the number of bytes, which {@link #fits}.
     */
    void begin(int entry, int offset, int length) {
        entries.willChange(entry);
        final int stripe = stripeOf(entry);
        if (persistent) {
            entries.save(stripe, entry, offset, length);
        }
        stripes.beginWriting(stripe, entry);
        if (slabs.isLarge(EntryDescriptor.sizeClass(region, entry))) {
            slabs.versions().beginWrite(region, entry);
        }
    }

    void end(int entry) {
        endLarge(entry);
        stripes.endWriting(stripeOf(entry));
    }

    /** Ends a write that did not succeed, with its entry. */
    void abort(int entry) {
        final int stripe = stripeOf(entry);
        endLarge(entry);
        entries.discard(entry);
        stripes.endWriting(stripe);
    }

    private void endLarge(int entry) {
        if (slabs.isLarge(EntryDescriptor.sizeClass(region, entry))) {
            slabs.versions().endWrite(region, entry);
        }
    }

    private int stripeOf(int entry) {
        return stripes.of(EntryDescriptor.hash(region, entry));
    }

    /**
     * Lets an updater change a value, which {@link #fits}. Restores the old value if the updater
     * throws.
     */
    void update(int entry, ValueUpdater updater) {
        callbacks.keep(entry);
        ChangeMark.begin(region);
        begin(
                entry,
                EntryDescriptor.valueOffset(region, entry),
                EntryDescriptor.valueLength(region, entry));
        try {
            callbacks.update(entry, updater);
        } catch (final Throwable thrown) {
            callbacks.restore(entry);
            end(entry);
            // The write counts as one, and has changed nothing.
            entries.add(REPLACEMENTS, -1);
            ChangeMark.end(region);
            throw thrown;
        }
        entries.tellPut(entry);
        end(entry);
        ChangeMark.end(region);
    }

    /** Writes a {@code long} at an offset inside an entry's value. */
    void putLong(int entry, int offset, long value) {
        ChangeMark.begin(region);
        begin(entry, offset, Long.BYTES);
        region.putLong(offset, value);
        entries.tellPut(entry);
        end(entry);
        ChangeMark.end(region);
    }

    /**
     * Sets the deadline of an entry, and whether hits renew it. These are two words. A later
     * process finds both changed or none, because the change is a write that overwrites no byte of
     * the value. To readers it is none.
     */
    void setDeadline(int entry, long deadlineNs, boolean sliding, long nowNs) {
        ChangeMark.begin(region);
        entries.willChange(entry);
        final long previousNs = EntryDescriptor.deadline(region, entry);
        final boolean both = persistent && EntryDescriptor.isSliding(region, entry) != sliding;
        if (both) {
            entries.save(stripeOf(entry), entry, entry, 0);
            stripes.beginWriting(stripeOf(entry), entry);
        }
        EntryDescriptor.sliding(region, entry, sliding);
        EntryDescriptor.deadline(region, entry, deadlineNs);
        if (both) {
            stripes.cancelWriting(stripeOf(entry));
        }
        entries.tellDeadline(entry);
        entries.wheel.deadlineSet(entry, previousNs, nowNs);
        ChangeMark.end(region);
    }
}
