// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;

/**
 * A walk over the chunks of a segment, slab by slab, in the order of their addresses. It may stop
 * anywhere and go on later. A slab that changes its class meanwhile holds only entries that came
 * after the walk had begun.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
final class ChunkWalk {
    /** The chunks that a step of a copy may look at for each entry that it may copy. */
    static final int LOOKS_PER_ENTRY = 16;

    private SlabAllocator slabs;
    private int slab;
    private int chunk;

    void begin(SlabAllocator allocator) {
        slabs = allocator;
        slab = 1;
        chunk = 0;
    }

    boolean isDone() {
        return slab > slabs.slabCount();
    }

    /** Returns the present chunk, or none at the end of a slab. The walk must not be done. */
    int chunk() {
        return slabs.chunkOf(slab, chunk);
    }

    /**
     * Goes on.
     *
     * @param present the present chunk, as {@link #chunk} has returned it.
     */
    void advance(int present) {
        if (present == Region.NONE) {
            slab++;
            chunk = 0;
        } else {
            chunk++;
        }
    }
}
