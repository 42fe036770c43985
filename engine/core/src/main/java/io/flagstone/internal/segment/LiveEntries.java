// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.ENTRIES;
import static io.flagstone.internal.segment.SegmentDescriptor.EXPIRATIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.KEY_BYTES;
import static io.flagstone.internal.segment.SegmentDescriptor.MOVES;
import static io.flagstone.internal.segment.SegmentDescriptor.REMOVALS;
import static io.flagstone.internal.segment.SegmentDescriptor.VALUE_BYTES;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.expiry.TimingWheel;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;

/**
 * The structures that refer to an entry: index, slabs, order, wheel and counts. Its methods keep
 * them consistent: they remove an entry from all of them, and tell all of them when an entry moves
 * to another chunk.
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

    LiveEntries(Region region, SegmentConfig config, Callbacks callbacks) {
        final SegmentLayout layout = config.layout();
        this.region = region;
        this.callbacks = callbacks;
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
    }

    long count() {
        return region.getLong(ENTRIES);
    }

    boolean isExpired(int entry, long nowNs) {
        return EntryDescriptor.deadline(region, entry) <= nowNs;
    }

    /**
     * Removes an entry to make room. It counts as expired if its deadline has passed, otherwise as
     * evicted.
     */
    void evict(int entry, int counter, long nowNs) {
        if (isExpired(entry, nowNs)) {
            remove(entry, RemovalCause.EXPIRED);
        } else {
            remove(entry, RemovalCause.EVICTED, counter);
        }
    }

    /** Removes an entry that was not evicted, and calls the removal handler. */
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

    /** Completes the removal of an entry that is no longer in the index. */
    void release(int entry, RemovalCause cause, int counter) {
        add(counter, 1);
        unlink(entry);
        callbacks.removed(cause, entry);
        slabs.free(entry);
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
     * it. The old chunk is freed only after the index no longer refers to it.
     */
    void move(int entry, int chunk) {
        region.copy(
                entry,
                chunk,
                (int)
                        EntryDescriptor.length(
                                EntryDescriptor.keyLength(region, entry),
                                EntryDescriptor.valueLength(region, entry)));
        SegmentVersion.beginWrite(region);
        index.replace(EntryDescriptor.hash(region, entry), entry, chunk);
        SegmentVersion.endWrite(region);
        order.moved(chunk);
        wheel.moved(chunk);
        slabs.free(entry);
        add(MOVES, 1);
    }

    void add(int counter, long delta) {
        region.putLong(counter, region.getLong(counter) + delta);
    }
}
