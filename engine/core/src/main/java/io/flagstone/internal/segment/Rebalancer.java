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
 * Finds chunks in a full segment: decides which entry to evict, and which size class gives a slab
 * to which.
 *
 * <p>A class that has run out of chunks evicts its own least recently used entry, unless another
 * class is better off: one that could give a whole slab and would <em>then</em> still keep entries
 * for longer than the class in need does now. How long a class keeps entries is the age of its last
 * entry, in ticks of the recency clock. The age it would have with one slab fewer is estimated from
 * the ages of its first and last entry. So the ages of all classes level out, as if there were one
 * list, and no slab goes back and forth for a gain of less than one slab. A class with a slab's
 * worth of free chunks gives a slab at no cost. Before anything is evicted, a free chunk of a
 * slightly larger class is used.
 *
 * <p>A slab is given by draining it. Each step moves its next entry to a free chunk of another slab
 * of the class. If there is none, the class first evicts its least recently used entry. So the
 * donor loses only its coldest entries, wherever they are. A write takes as many steps as make room
 * for twice the bytes it writes, up to the budget. A duty cycle takes up to the budget. The work
 * can pause after any step. While a class grows at the cost of others, the next slab is drained
 * before the last one is full, so that the class need not evict its own entries meanwhile.
 *
 * <p>A class without a chunk has no entry to evict. For such a class, a segment keeps one slab in
 * reserve if its slabs have so many chunks that draining one would exceed the budget. After the
 * reserve is used, every write that takes a chunk helps to replace it. If a class needs a slab
 * before that, its entry goes into a chunk of the next larger class that has entries. If there is
 * none, the slab that the reserve became is emptied, or one with fewer entries that a bounded
 * number of looks finds. The slab that the reserve became holds no more entries than were written
 * or moved since.
 *
 * <p>{@link RunRoom} finds room for an entry that is larger than a slab.
 *
 * <p>So a write moves at most as many entries as the budget allows and evicts at most as many, then
 * those of that one slab, and one for its own chunk.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
final class Rebalancer {
    /** The largest number of allocations between two looks at the other classes. */
    private static final int LOOK_INTERVAL = 8;

    /** The steps that a write takes towards a new reserve. */
    private static final int RESERVE_STEPS = 16;

    /** The number of slabs below which a reserve would take too large a share of them. */
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

    int reserve() {
        return reserve;
    }

    /** Returns the number of slabs that a segment keeps in reserve. */
    static int reserve(SegmentLayout layout, int budget) {
        final boolean spare = layout.slabs() >= MIN_SLABS_FOR_RESERVE;
        return spare && mostChunks(layout.classes()) > budget ? 1 : 0;
    }

    private static int mostChunks(SizeClasses classes) {
        return classes.chunksPerSlab(0);
    }

    /**
     * Allocates a chunk for an entry.
     *
     * @param sizeClass the entry's class, not one of runs; the chunk's class may be larger.
     * @return the chunk, to which the caller writes an entry of the chunk's class; or the
     *     complement of an entry, which the caller must evict, by {@link #evict} or by writing to
     *     its chunk.
     */
    int allocate(int sizeClass, long nowNs) {
        if (isAtRest(sizeClass)) {
            callsToLook--;
            final int spilt = spill(sizeClass);
            return spilt != Region.NONE ? spilt : ~order.victim(sizeClass);
        }
        // Rebalance before taking a chunk, because a new chunk holds no entry yet.
        rebalance(sizeClass, nowNs);
        final boolean settled = order.size(sizeClass) != 0;
        int chunk = slabs.allocate(sizeClass, settled ? reserve : 0);
        if (chunk == Region.NONE) {
            chunk = spill(sizeClass);
        }
        if (chunk == Region.NONE) {
            chunk = settled ? last(sizeClass, nowNs) : takeFromOthers(sizeClass, nowNs);
        }
        return chunk;
    }

    /**
     * Returns whether {@link #rebalance} would do nothing, and the class would take the chunk of
     * its own last entry or spill. This is the usual case in a full segment, seven times in eight.
     */
    private boolean isAtRest(int sizeClass) {
        return callsToLook > 1 && slabs.isDry(sizeClass, reserve) && order.size(sizeClass) != 0;
    }

    /** Returns whether an allocation of a class that has a free chunk would rebalance nothing. */
    boolean isQuiet(int sizeClass) {
        final int pooled = slabs.pooledSlabs();
        return slabs.draining() == Region.NONE
                && pooled >= reserve
                && (sizeClass != growing || pooled != reserve);
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

    /** Forgets the work in progress. Called when the tables are laid out afresh. */
    void forget() {
        callsToLook = 0;
        growing = NOBODY;
    }

    /**
     * Does one duty cycle's share of the work in progress.
     *
     * @return the steps taken.
     */
    int work(long nowNs) {
        return drain(budget, nowNs);
    }

    /** Returns whether {@link #work} has something to do. Needs no lock. */
    boolean isDue() {
        return slabs.draining() != Region.NONE;
    }

    /** Returns a free chunk of a slightly larger class, or none. */
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

    /**
     * Starts to drain a slab of the class, other than the needy one, that has most to spare. Does
     * nothing if a slab is being drained already.
     *
     * @return whether a slab is being drained.
     */
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

    /**
     * Returns the number of steps that make room in the draining slab for twice the bytes written.
     */
    private int share(int sizeClass) {
        if (slabs.draining() == Region.NONE) {
            return 0;
        }
        final int chunkBytes = classes.chunkBytes(slabs.drainingClass());
        return Math.min(budget, 2 + 2 * classes.chunkBytes(sizeClass) / chunkBytes);
    }

    /** Returns the complement of a class's entry to evict, or a chunk if its slab is draining. */
    private int last(int sizeClass, long nowNs) {
        final int victim = order.victim(sizeClass);
        return slabs.isDraining(victim) ? evict(victim, nowNs) : ~victim;
    }

    /** Evicts an entry, and returns a chunk of its class. */
    int evict(int victim, long nowNs) {
        final int sizeClass = slabs.sizeClassOf(victim);
        entries.evict(victim, ROOM_EVICTIONS, nowNs);
        final int chunk = slabs.allocate(sizeClass, 0);
        if (chunk != Region.NONE) {
            return chunk;
        }
        // The evicted entry was in the slab that is being drained.
        slabs.stopDraining();
        return slabs.allocate(sizeClass, 0);
    }

    /** Returns a chunk for a class that has none when no slab is available. */
    private int takeFromOthers(int sizeClass, long nowNs) {
        final int larger = order.nextNonempty(sizeClass + 1);
        if (larger >= 0 && slabs.isRun(larger)) {
            entries.evict(order.victim(larger), ROOM_EVICTIONS, nowNs);
            return slabs.allocate(sizeClass, 0);
        }
        if (larger >= 0) {
            final int chunk = slabs.takeFree(larger);
            return chunk != Region.NONE ? chunk : last(larger, nowNs);
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

    /** Counts a slab that a class has given. */
    void reassigned(int donor) {
        entries.add(SLAB_REASSIGNMENTS, 1);
        events.slabReassigned(classes.chunkBytes(donor));
    }

    /**
     * Returns the class that would keep entries longest with one slab fewer, and for longer than
     * the given age. Returns {@link #NOBODY} if there is none.
     */
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

    /** Takes one step towards emptying the slab that is being drained. */
    void step(long nowNs) {
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
                // Another slab of the class lost its last entry and was pooled instead.
                slabs.stopDraining();
            }
        }
    }
}
