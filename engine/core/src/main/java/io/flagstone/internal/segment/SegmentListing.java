// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.api.KeyVisitor;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;

/**
 * A list of the keys of a segment that is made in bounded steps, while writers go on, and that
 * stays complete until it is ended.
 *
 * <p>A {@link ChunkWalk} is the cursor. An entry that gets a chunk after the start, because it is
 * new, grew or was moved, is {@linkplain LiveEntries#arrived passed} when it gets it, whether or
 * not the cursor has been there. So an entry either has the chunk that it had at the start, where
 * the cursor finds it, or was passed since. When the cursor is through, each entry of the segment
 * was passed at least once, and this holds after every later write.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
public final class SegmentListing {
    /** Receives the keys. */
    final KeyVisitor visitor;

    private final ChunkWalk walk = new ChunkWalk();
    private boolean begun;

    /** Creates a listing that has not begun. */
    public SegmentListing(KeyVisitor visitor) {
        this.visitor = visitor;
    }

    /** Begins with a segment. */
    void begin(SlabAllocator chunks) {
        walk.begin(chunks);
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    /**
     * Passes the next keys. The visits have begun.
     *
     * @return whether there is more to pass.
     */
    boolean step(Region region, Callbacks callbacks, int maxKeys) {
        int looks = maxKeys * ChunkWalk.LOOKS_PER_ENTRY;
        int passes = maxKeys;
        while (!walk.isDone() && passes > 0 && looks-- > 0) {
            final int entry = walk.chunk();
            if (entry != Region.NONE && !EntryDescriptor.isFree(region, entry)) {
                callbacks.visitNextKey(entry, visitor);
                passes--;
            }
            walk.advance(entry);
        }
        return !walk.isDone();
    }
}
