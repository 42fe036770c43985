// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.MOVES;
import static io.flagstone.internal.segment.SegmentDescriptor.ROOM_EVICTIONS;
import static io.flagstone.internal.segment.SegmentDescriptor.SLAB_EVICTIONS;

import io.flagstone.internal.events.EvictionRun;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;

/**
 * Allocates chunks of any class, by the {@link Rebalancer} or by {@link RunRoom}, and makes the
 * events of the evictions that this takes.
 *
 * <p>Guarded by the segment's lock. Allocates nothing on the heap, except for events.
 */
final class ChunkRoom {
    private final Region region;
    private final SegmentEvents events;
    private final SlabAllocator slabs;
    private final Rebalancer rebalancer;
    private final RunRoom runs;

    ChunkRoom(Region region, SegmentConfig config, LiveEntries entries, Rebalancer rebalancer) {
        this.region = region;
        this.events = config.events();
        this.slabs = entries.slabs;
        this.rebalancer = rebalancer;
        this.runs = new RunRoom(region, entries, rebalancer, config.layout().classes());
    }

    /** Allocates a chunk, after evicting an entry if necessary. */
    int allocate(int sizeClass, long nowNs) {
        final EvictionRun run = events.beginEviction();
        final long evictions = evictions();
        final long moves = region.getLong(MOVES);
        final int chunk = allocateChunk(sizeClass, nowNs);
        final int free = chunk < 0 ? rebalancer.evict(~chunk, nowNs) : chunk;
        if (run != null) {
            run.finish(evictions() - evictions, region.getLong(MOVES) - moves);
        }
        return free;
    }

    private int allocateChunk(int sizeClass, long nowNs) {
        return slabs.isRun(sizeClass)
                ? runs.allocate(sizeClass, nowNs)
                : rebalancer.allocate(sizeClass, nowNs);
    }

    private long evictions() {
        return region.getLong(ROOM_EVICTIONS) + region.getLong(SLAB_EVICTIONS);
    }
}
