// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.ROOM_EVICTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.SLAB_EVICTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.SLAB_REASSIGNMENTS;

import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabAllocator;

/**
 * Finds chunks in a full segment: who leaves, and whose slab goes to whom.
 *
 * <p>A class that has run out evicts its own least recently used entry, unless another class is
 * better off: one that could give a whole slab and would <em>then</em> still keep entries for
 * longer than the class in need does now. How long a class keeps entries is the age of its last
 * one, in ticks of the recency clock; what it would be with a slab less follows from the ages of
 * its first and last entry. So ages level out across classes as if there were one list, and no slab
 * goes back and forth for less than a slab's difference. A class with a slab's worth of free chunks
 * gives one at no price; and before anything is evicted, a free chunk that is little larger serves.
 *
 * <p>A slab is given by being drained: in each step its next entry moves to a free chunk of another
 * slab of the class, for which, if there is none, the class's least recently used entry leaves. So
 * the donor loses its coldest entries, wherever they lie, and no others. A write takes as many
 * steps as make room for twice the bytes it writes, to a bound; the duty cycle takes as many as the
 * bound. After any step the work can rest. While a class grows at the cost of others, the next slab
 * is drained before the last one is full, so that nothing of its own has to leave meanwhile.
 *
 * <p>A class without a chunk has no entry to evict. For it a segment keeps one slab in reserve if
 * its slabs are so finely cut that draining one would exceed the bound, and every write that takes
 * a chunk works on replacing the reserve once it is used. Should a class need a slab meanwhile, its
 * entry goes into a chunk of the next larger class that has entries. If there is none, the slab
 * that the reserve became is emptied, or one with fewer entries that is found with a bounded number
 * of looks. The one that the reserve became holds no more entries than were written or moved since.
 *
 * <p>So a write moves at most as many entries as the budget and evicts as many, then those of that
 * one slab, and one for its own chunk. Guarded by the segment's lock. Allocates nothing.
 */
final class Rebalancer {
    /** How many allocations pass at most between two looks at the other classes. */
    private static final int LOOK_INTERVAL = 8;

    /** Steps that a write takes towards a new reserve. */
    private static final int RESERVE_STEPS = 16;

    /** With fewer slabs one in reserve would be too much of them. */
    private static final int MIN_SLABS_FOR_RESERVE = 32;

    private static final int NOBODY = -1;

    private final LiveEntries entries;
    private final SizeClasses classes;
    private final SlabAllocator slabs;
    private final EvictionOrder order;
    private final SegmentEvents events;
    private final int budget;
    private final int reserve;
    private int callsToLook;
    private int growing = NOBODY;

    Rebalancer(SegmentConfig config, LiveEntries entries) {
        this.entries = entries;
        this.classes = config.layout().classes();
        this.slabs = entries.slabs;
        this.order = entries.order;
        this.events = config.events();
        this.budget = config.budgets().rebalance();
        this.reserve = reserve(config.layout(), budget);
    }

    /** The slabs that a segment keeps in reserve. */
    static int reserve(SegmentLayout layout, int budget) {
        final boolean spare = layout.slabs() >= MIN_SLABS_FOR_RESERVE;
        return spare && mostChunks(layout.classes()) > budget ? 1 : 0;
    }

    private static int mostChunks(SizeClasses classes) {
        return classes.maxChunkBytes() / classes.chunkBytes(0);
    }

    /**
     * Takes a chunk for an entry.
     *
     * @param sizeClass the entry's; the chunk's may be larger.
     * @return the chunk, for the caller to write an entry of the chunk's class to.
     */
    int allocate(int sizeClass, long nowNs) {
        // Before a chunk is taken, since what it holds is no entry yet.
        rebalance(sizeClass, nowNs);
        final boolean settled = order.size(sizeClass) != 0;
        int chunk = slabs.allocate(sizeClass, settled ? reserve : 0);
        if (chunk == Region.NONE) {
            chunk = spill(sizeClass);
        }
        if (chunk == Region.NONE) {
            chunk = settled ? evictLast(sizeClass, nowNs) : takeFromOthers(sizeClass, nowNs);
        }
        return chunk;
    }

    private void rebalance(int sizeClass, long nowNs) {
        final boolean free = slabs.hasFree(sizeClass, reserve);
        if (slabs.pooledSlabs() < reserve) {
            look(NOBODY, Long.MIN_VALUE);
            drain(Math.min(budget, RESERVE_STEPS), nowNs);
        } else if (slabs.draining() != Region.NONE && slabs.drainingClass() == sizeClass) {
            if (!free) {
                slabs.stopDraining();
            }
        } else if (!free && order.size(sizeClass) == 0) {
            look(sizeClass, Long.MIN_VALUE);
            drain(budget, nowNs);
        } else if (!free || sizeClass == growing && slabs.pooledSlabs() == reserve) {
            lookAndDrain(sizeClass, nowNs);
        }
    }

    /** Forgets what it was about to do; for tables that are laid out afresh. */
    void forget() {
        callsToLook = 0;
        growing = NOBODY;
    }

    /** One duty cycle's share of the work that is under way. */
    int work(long nowNs) {
        return drain(budget, nowNs);
    }

    /** Whether {@link #work} would find something to do; needs no lock. */
    boolean isDue() {
        return slabs.draining() != Region.NONE;
    }

    /** A free chunk of a class that is not much larger. */
    private int spill(int sizeClass) {
        int chunk = Region.NONE;
        final int limit = classes.spillLimit(sizeClass);
        for (int c = sizeClass + 1; c <= limit && chunk == Region.NONE; c++) {
            chunk = slabs.takeFree(c);
        }
        return chunk;
    }

    private void lookAndDrain(int sizeClass, long nowNs) {
        if (slabs.draining() == Region.NONE && --callsToLook <= 0) {
            callsToLook = Math.min(LOOK_INTERVAL, slabs.chunksPerSlab(sizeClass) / LOOK_INTERVAL);
            growing = look(sizeClass, order.lastAge(sizeClass)) ? sizeClass : NOBODY;
        }
        drain(share(sizeClass), nowNs);
    }

    /** Starts to drain a slab of the class that has most to spare, of others than the needy. */
    private boolean look(int needy, long age) {
        if (slabs.draining() == Region.NONE) {
            final int donor = donor(needy, age);
            if (donor == NOBODY) {
                return false;
            }
            slabs.startDraining(slabs.sparsest(donor, order.last(donor)));
        }
        return true;
    }

    /** As many steps as make room in the draining slab for twice what is written. */
    private int share(int sizeClass) {
        if (slabs.draining() == Region.NONE) {
            return 0;
        }
        final int chunkBytes = classes.chunkBytes(slabs.drainingClass());
        return Math.min(budget, 2 + 2 * classes.chunkBytes(sizeClass) / chunkBytes);
    }

    private int evictLast(int sizeClass, long nowNs) {
        entries.evict(order.victim(sizeClass), ROOM_EVICTIONS, nowNs);
        final int chunk = slabs.allocate(sizeClass, 0);
        if (chunk != Region.NONE) {
            return chunk;
        }
        // What left was in the slab that drains.
        slabs.stopDraining();
        return slabs.allocate(sizeClass, 0);
    }

    /** A chunk for a class without one, where there is no slab to be had. */
    private int takeFromOthers(int sizeClass, long nowNs) {
        final int larger = order.nextNonempty(sizeClass + 1);
        if (larger >= 0) {
            final int chunk = slabs.takeFree(larger);
            return chunk != Region.NONE ? chunk : evictLast(larger, nowNs);
        }
        if (slabs.draining() != Region.NONE) {
            slabs.stopDraining();
        }
        slabs.startDraining(slabs.sparsest());
        final int donor = slabs.drainingClass();
        while (slabs.draining() != Region.NONE) {
            entries.evict(slabs.nextToDrain(), SLAB_EVICTIONS, nowNs);
        }
        reassigned(donor);
        return slabs.allocate(sizeClass, 0);
    }

    private void reassigned(int donor) {
        entries.add(SLAB_REASSIGNMENTS, 1);
        events.slabReassigned(classes.chunkBytes(donor));
    }

    /** The class that can best do without a slab, and better than with entries of a given age. */
    private int donor(int needy, long age) {
        int best = NOBODY;
        long bestAge = age;
        for (int c = order.nextNonempty(0); c >= 0; c = order.nextNonempty(c + 1)) {
            if (c != needy) {
                final int lost = slabs.chunksPerSlab(c) - slabs.freeChunks(c);
                final long left = lost <= 0 ? Long.MAX_VALUE : order.ageWithout(c, lost);
                if (left > bestAge) {
                    best = c;
                    bestAge = left;
                }
            }
        }
        return best;
    }

    private int drain(int steps, long nowNs) {
        int taken = 0;
        while (taken < steps && slabs.draining() != Region.NONE) {
            step(nowNs);
            taken++;
        }
        return taken;
    }

    private void step(long nowNs) {
        final int donor = slabs.drainingClass();
        final int pooled = slabs.pooledSlabs();
        int chunk = slabs.takeFree(donor);
        if (chunk == Region.NONE) {
            entries.evict(order.victim(donor), SLAB_EVICTIONS, nowNs);
            chunk = slabs.takeFree(donor);
        }
        if (chunk != Region.NONE) {
            entries.move(slabs.nextToDrain(), chunk);
        }
        if (slabs.pooledSlabs() > pooled) {
            reassigned(donor);
            if (slabs.draining() != Region.NONE) {
                // Another slab of the class lost its last entry, which serves as well.
                slabs.stopDraining();
            }
        }
    }
}
