// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.EntryAges;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.internal.slab.SlabRecovery;
import io.flagstone.internal.stripe.StripeMap;
import io.flagstone.internal.stripe.Stripes;

/**
 * Counts what is in the copy of a segment's region, without a segment. Believes what a recovery
 * believes: the slabs' classes and the headers of the chunks. It changes the copy.
 *
 * <p>Used by one thread.
 */
public final class SegmentInspection {
    private final Region region;
    private final SegmentLayout layout;
    private final AgeCounter ages;
    private final int[] slabs;
    private final long[] entries;
    private final long[] usedBytes;
    private int pooledSlabs;
    private long live;
    private String damage = "";

    /**
     * Inspects a region.
     *
     * @param region a copy.
     * @param layout the division that the region must have.
     * @param hashSeed the seed that the region must have.
     * @param tickNs the tick that the region must have.
     * @param nowNs the time to compare deadlines with, in the time of the deadlines.
     */
    public SegmentInspection(
            Region region, SegmentLayout layout, long hashSeed, long tickNs, long nowNs) {
        this.region = region;
        this.layout = layout;
        this.ages = new AgeCounter(nowNs);
        this.slabs = new int[layout.classes().count()];
        this.entries = new long[slabs.length];
        this.usedBytes = new long[slabs.length];
        if (SegmentDescriptor.isIdentity(region, layout, hashSeed, tickNs)) {
            count();
        } else {
            damage = "the region has another layout than the file's first page says";
        }
    }

    private void count() {
        final SlabAllocator allocator =
                new SlabAllocator(
                        region,
                        layout.classes(),
                        layout.tablesOffset(),
                        layout.slabsOffset(),
                        layout.slabs());
        final SlabRecovery recovery = new SlabRecovery(allocator);
        final int impossible = recovery.impossibleSlab();
        if (impossible != Region.NONE) {
            damage = "the record of slab " + impossible + " is impossible";
            return;
        }
        recovery.begin();
        pooledSlabs = layout.slabs();
        for (int sizeClass = 0; sizeClass < slabs.length; sizeClass++) {
            slabs[sizeClass] = recovery.slabsOf(sizeClass);
            pooledSlabs -= slabs[sizeClass];
            for (int i = 0; i < slabs[sizeClass]; i++) {
                final int slab = recovery.slab(sizeClass, i);
                for (int chunk = 0; chunk < recovery.chunksOf(slab); chunk++) {
                    count(recovery.chunk(slab, chunk), sizeClass);
                }
            }
        }
    }

    private void count(int entry, int sizeClass) {
        if (EntryDescriptor.isFree(region, entry) || entry == doubted()) {
            return;
        }
        final int keyLength = EntryDescriptor.keyLength(region, entry);
        final int valueLength = EntryDescriptor.valueLength(region, entry);
        final long length = EntryDescriptor.length(keyLength, valueLength);
        if (EntryDescriptor.sizeClass(region, entry) != sizeClass
                || !EntryDescriptor.fits(
                        keyLength, valueLength, layout.classes().chunkBytes(sizeClass))) {
            damage =
                    "the entry at "
                            + entry
                            + " cannot be one: keyLength="
                            + keyLength
                            + ", valueLength="
                            + valueLength
                            + ", chunkBytes="
                            + layout.classes().chunkBytes(sizeClass);
            return;
        }
        final long deadline = EntryDescriptor.deadline(region, entry);
        live++;
        ages.add(
                deadline,
                region.getLong(SegmentDescriptor.RECENCY_CLOCK)
                        - EntryDescriptor.stamp(region, entry));
        entries[sizeClass]++;
        usedBytes[sizeClass] += length;
    }

    /** Returns whether a write was under way: one that takes the lock, or one in place. */
    public boolean isUnfinished() {
        final StripeMap map = new StripeMap(layout.stripesOffset(), layout.stripes());
        return !SegmentRecovery.isAtRest(region, new Stripes(region, map, true, entry -> {}));
    }

    private long doubted() {
        return Doubt.get(region);
    }

    /** Returns the first inconsistency, or an empty string. */
    public String damage() {
        return damage;
    }

    /** Returns the number of entries that the segment counts itself. */
    public long countedEntries() {
        return region.getLong(SegmentDescriptor.ENTRIES);
    }

    /** Returns the number of entries found, including expired ones. */
    public long entries() {
        return live;
    }

    /** Returns the number of entries with a deadline. */
    public long withDeadline() {
        return ages.withDeadline();
    }

    /** Returns the number of entries whose deadline has passed. */
    public long expired() {
        return ages.expired();
    }

    /** Returns how old the entries are. */
    public EntryAges ages() {
        return ages.ages();
    }

    /** Returns the number of slabs in the pool. */
    public int pooledSlabs() {
        return pooledSlabs;
    }

    /** Returns the number of slabs of a size class. */
    public int slabs(int sizeClass) {
        return slabs[sizeClass];
    }

    /** Returns the number of entries of a size class. */
    public long entries(int sizeClass) {
        return entries[sizeClass];
    }

    /** Returns the bytes of a size class that its entries use, headers included. */
    public long usedBytes(int sizeClass) {
        return usedBytes[sizeClass];
    }
}
