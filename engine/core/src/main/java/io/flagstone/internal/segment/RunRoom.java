// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.ROOM_EVICTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.SLAB_EVICTIONS;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabAllocator;

/**
 * Finds neighbouring slabs for an entry that is larger than a slab.
 *
 * <p>If the pool has no such neighbours, the slabs to empty are those whose entries are worth
 * least: bytes divided by age, summed over the slabs. A slab of a size class is worth the entries
 * that the class would lose, at the age that its last entry would have without them. A slab of a
 * run is worth its share of that entry. The run of the class's own last entry competes with them,
 * so the ages of the classes level out, as they do where the {@link Rebalancer} gives single slabs.
 *
 * <p>An entry of L bytes needs its room at once, so this write moves or evicts all entries of the
 * chosen slabs: at most {@code 2 L / 48}, in addition to the entry's own copy. The choice takes a
 * few steps for each slab of the segment. A segment whose slabs are shorter than its largest entry
 * has at most some hundreds.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
final class RunRoom {
    /**
     * The part of a slab's bytes that count as lost even if its class has room for all its entries,
     * because they have to be moved.
     */
    private static final double MOVING = 1.0 / 64;

    private final Region region;
    private final LiveEntries entries;
    private final Rebalancer rebalancer;
    private final SlabAllocator slabs;
    private final SizeClasses classes;
    private final EvictionOrder order;

    /** The worth of each slab, while slabs are chosen. */
    private final double[] worth;

    RunRoom(Region region, LiveEntries entries, Rebalancer rebalancer, SizeClasses classes) {
        this.region = region;
        this.entries = entries;
        this.rebalancer = rebalancer;
        this.slabs = entries.slabs;
        this.order = entries.order;
        this.classes = classes;
        this.worth = new double[classes.longestRun() == 1 ? 0 : slabs.slabCount() + 1];
    }

    /** Allocates a run for an entry. The segment must have as many slabs. */
    int allocate(int sizeClass, long nowNs) {
        final boolean settled = order.size(sizeClass) != 0;
        final int chunk = slabs.allocate(sizeClass, settled ? rebalancer.reserve() : 0);
        if (chunk != Region.NONE) {
            return chunk;
        }
        if (slabs.draining() != Region.NONE) {
            slabs.stopDraining();
        }
        final int length = classes.slabsPerChunk(sizeClass);
        final int first = leastWorth(length);
        if (settled
                && worthOf(order.lastAge(sizeClass), length) <= worthOf(first, first + length)) {
            entries.evict(order.victim(sizeClass), ROOM_EVICTIONS, nowNs);
        } else {
            for (int slab = first; slab < first + length; slab++) {
                empty(slab, nowNs);
            }
        }
        return slabs.allocate(sizeClass, 0);
    }

    /** Returns the first of the neighbouring slabs that are worth least together. */
    private int leastWorth(int length) {
        double sum = 0;
        double least = Double.MAX_VALUE;
        int first = Region.NONE;
        for (int slab = 1; slab <= slabs.slabCount(); slab++) {
            worth[slab] = worthOf(slab);
            sum += worth[slab];
            if (slab > length) {
                sum -= worth[slab - length];
            }
            if (slab >= length && sum < least) {
                least = sum;
                first = slab - length + 1;
            }
        }
        return first;
    }

    private double worthOf(int from, int to) {
        double sum = 0;
        for (int slab = from; slab < to; slab++) {
            sum += worth[slab];
        }
        return sum;
    }

    /** Returns the worth of entries of an age that fill some slabs. */
    private double worthOf(long age, int length) {
        return (double) length * classes.slabBytes() / (age + 1);
    }

    private double worthOf(int slab) {
        final int sizeClass = slabs.sizeClassOfSlab(slab);
        if (sizeClass == EntryDescriptor.FREE) {
            return 0;
        }
        if (slabs.isRun(sizeClass)) {
            final long stamp = EntryDescriptor.stamp(region, slabs.runOf(slab));
            return worthOf(region.getLong(SegmentDescriptor.RECENCY_CLOCK) - stamp, 1);
        }
        final int chunkBytes = classes.chunkBytes(sizeClass);
        final int live = slabs.liveIn(slab);
        final int elsewhere = slabs.freeChunks(sizeClass) - (slabs.chunksPerSlab(sizeClass) - live);
        final int lost = Math.max(0, live - elsewhere);
        return (lost == 0 ? MOVING : 1)
                * worthOf(Math.max(0, order.ageWithout(sizeClass, lost)), 1);
    }

    private void empty(int slab, long nowNs) {
        int sizeClass = slabs.sizeClassOfSlab(slab);
        while (sizeClass != EntryDescriptor.FREE) {
            if (slabs.isRun(sizeClass)) {
                entries.evict(slabs.runOf(slab), SLAB_EVICTIONS, nowNs);
                rebalancer.reassigned(sizeClass);
            } else {
                slabs.startDraining(slab);
                while (slabs.draining() != Region.NONE) {
                    rebalancer.step(nowNs);
                }
            }
            sizeClass = slabs.sizeClassOfSlab(slab);
        }
    }
}
