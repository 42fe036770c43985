// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import static io.flagstone.internal.recency.RecencyDescriptor.SIZES;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;

/**
 * How far an entry may fall behind the recency clock before a hit promotes it: a fraction of the
 * length of its own list, in additions. See {@link LruLists}.
 *
 * <p>Knows where clock and sizes lie but not the region, so that one serves all segments of a
 * cache. Immutable; allocates nothing.
 */
public final class PromotionDistance {
    /** Distances are fractions in units of 1 / 65 536. */
    public static final int ONE = 1 << 16;

    private static final int SHIFT = 16;

    private final int clock;
    private final int sizes;
    private final int fraction;

    PromotionDistance(int clock, int start, int fraction) {
        this.clock = clock;
        this.sizes = start + SIZES;
        this.fraction = fraction;
    }

    /** Whether the order of use is exact LRU. */
    boolean isExact() {
        return fraction == 0;
    }

    /**
     * Whether an entry is so far behind that a hit should promote it. Needs no lock: a torn answer
     * costs a promotion too many or too few, and an entry that is being freed reads as any class.
     */
    public boolean isBehind(Region region, int entry) {
        final long age = region.getLong(clock) - EntryDescriptor.stamp(region, entry);
        final int size = region.getInt(sizeWord(EntryDescriptor.sizeClass(region, entry)));
        return age > (long) size * fraction >> SHIFT;
    }

    /** Where the length of a class's list lies. */
    int sizeWord(int sizeClass) {
        return sizes + sizeClass * Integer.BYTES;
    }
}
