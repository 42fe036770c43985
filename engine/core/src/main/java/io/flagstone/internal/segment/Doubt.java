// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static io.flagstone.internal.segment.SegmentDescriptor.DOUBTED;

import io.flagstone.internal.memory.Region;

/**
 * Names the one chunk of a segment that a later process must not believe, in one word of the
 * region.
 *
 * <p>A process that is killed leaves its region as it is. The {@link SegmentRecovery} of the next
 * one believes the chunks: a chunk whose header has the class of its slab is an entry, and
 * everything else is rebuilt from the entries. So a chunk is in doubt while its header says more
 * than is true:
 *
 * <ul>
 *   <li>a claimed chunk, from before its header is written until key, value, deadline and stamp
 *       are;
 *   <li>an entry that leaves, from before it leaves the index until its chunk is marked free.
 * </ul>
 *
 * <p>A replacement of an entry by another chunk is both. The doubt passes from the new chunk to the
 * old one with one store, and that is the moment at which a later process finds the new entry. In
 * the same way an entry moves.
 *
 * <p>An operation doubts one chunk at a time, because all room is made before a chunk is claimed.
 * An entry that is {@linkplain LiveEntries#discard discarded} in the middle of another operation is
 * not doubted: one store marks its chunk free.
 *
 * <p>Ordering: {@link #begin} is followed by a store fence, {@link #end} is a release store, and
 * {@link #pass} is both. Guarded by the segment's lock. Allocates nothing.
 */
final class Doubt {
    private Doubt() {}

    /** Returns the chunk in doubt, or {@link Region#NONE} if there is none. */
    static long get(Region region) {
        return region.getLong(DOUBTED);
    }

    /** Doubts a chunk before its first change. */
    static void begin(Region region, int chunk) {
        region.putLong(DOUBTED, chunk);
        Region.storeFence();
    }

    /** Passes the doubt from a chunk that is complete to the one that it replaces. */
    static void pass(Region region, int chunk) {
        region.putLongRelease(DOUBTED, chunk);
        Region.storeFence();
    }

    /** Ends the doubt: the chunk is a complete entry, or is marked free. */
    static void end(Region region) {
        region.putLongRelease(DOUBTED, Region.NONE);
    }
}
