// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.entry.EntryDescriptor;

/**
 * The memory that a write has claimed: a chunk, with the kind of the claim in the lowest bits of
 * the reference. Chunks are aligned to {@link EntryDescriptor#ALIGNMENT}, so these bits are free.
 */
final class Claim {
    /** The key's present entry, whose value is overwritten. */
    private static final int IN_PLACE = 1;

    /** The chunk of another key's entry, which has left the index. */
    private static final int RECYCLED = 2;

    private Claim() {}

    /** Claims a chunk that no reader can reach. The claim is the chunk itself. */
    static int fresh(int chunk) {
        return chunk;
    }

    /** Claims the value of a present entry. */
    static int inPlace(int entry) {
        return entry | IN_PLACE;
    }

    /** Claims the chunk of an entry that leaves. */
    static int recycled(int victim) {
        return victim | RECYCLED;
    }

    /** Returns the chunk. */
    static int entry(int claim) {
        return claim & -EntryDescriptor.ALIGNMENT;
    }

    static boolean isInPlace(int claim) {
        return (claim & IN_PLACE) != 0;
    }

    static boolean isRecycled(int claim) {
        return (claim & RECYCLED) != 0;
    }
}
