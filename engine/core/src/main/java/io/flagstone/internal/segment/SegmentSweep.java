// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.feed.ChangeRing;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.internal.stripe.Stripes;

/**
 * A synchronisation of a feed with one segment: writes the live entries into the feed, in bounded
 * steps, while writers go on and tell the feed their changes.
 *
 * <p>A {@link ChunkWalk} is the cursor. Each entry is copied as it is at that place in the order of
 * changes: with its stripe locked, so no change of it is told meanwhile. An entry that is put into
 * a chunk after the start is told by its put. An entry that moves from a chunk that the cursor has
 * not reached to another one is {@linkplain #moved told} by the move, because the cursor may have
 * passed its new chunk. So at the end, each entry was told at least once since the start, and its
 * last record has its last value.
 *
 * <p>Guarded by the segment's lock. Allocates nothing.
 */
public final class SegmentSweep {
    private final ChunkWalk walk = new ChunkWalk();
    private Region region;
    private Stripes stripes;
    private ChangeRing feed;

    /** The first chunk that was not reached. */
    private int reached;

    /** Begins with a segment. */
    void begin(Region segment, SlabAllocator chunks, Stripes guards, ChangeRing ring) {
        region = segment;
        stripes = guards;
        feed = ring;
        walk.begin(chunks);
        reached = Region.NONE;
    }

    /**
     * Copies the next entries that have not expired. Ends early if the feed has no room for more.
     *
     * @param maxEntries the number of entries after which to stop.
     * @param maxBytes the number of bytes after which to stop.
     * @return whether there is more to copy.
     */
    boolean step(int maxEntries, int maxBytes, long nowNs) {
        int room = maxBytes;
        int looks = maxEntries * ChunkWalk.LOOKS_PER_ENTRY;
        int copies = maxEntries;
        while (!walk.isDone() && copies > 0 && room > 0 && looks-- > 0) {
            final int entry = walk.chunk();
            if (entry != Region.NONE) {
                if (isLive(entry, nowNs)) {
                    if (!feed.hasRoomForCopies() || !copy(entry)) {
                        return true;
                    }
                    copies--;
                    room -= ChangeRing.putLength(region, entry);
                }
                reached = entry + 1;
            }
            walk.advance(entry);
        }
        return !walk.isDone();
    }

    private boolean isLive(int entry, long nowNs) {
        return !EntryDescriptor.isFree(region, entry)
                && EntryDescriptor.deadline(region, entry) > nowNs;
    }

    /** Copies an entry, unless locking its stripe discards it. Returns whether there was room. */
    private boolean copy(int entry) {
        final int stripe = stripes.of(EntryDescriptor.hash(region, entry));
        final boolean locked = stripes.lock(stripe);
        final boolean done = EntryDescriptor.isFree(region, entry) || feed.copy(region, entry);
        if (locked) {
            stripes.unlock(stripe);
        }
        return done;
    }

    /** Tells the feed of an entry that has moved, if the cursor may miss it. */
    void moved(int from, int to) {
        if (from >= reached) {
            feed.moved(region, to);
        }
    }
}
