// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import static io.flagstone.internal.recency.RecencyDescriptor.SIZES;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;

/**
 * The distance that an entry may fall behind the recency clock before a hit promotes it. It is a
 * fraction of the length of the entry's list, counted in additions. See {@link LruLists}.
 *
 * <p>It knows the offsets of clock and sizes but not the region, so one object serves all segments
 * of a cache. Immutable; allocates nothing.
 */
public final class PromotionDistance {
    /** The distance 1. Distances are fractions in units of 1 / 65 536. */
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

    /** Returns whether the order of use is exact LRU. */
    boolean isExact() {
        return fraction == 0;
    }

    /**
     * Returns whether a hit should promote an entry. Needs no lock: a torn read causes one
     * promotion too many or too few, and an entry that is being freed may show any size class.
     */
    public boolean isBehind(Region region, int entry) {
        final long age = region.getLong(clock) - EntryDescriptor.stamp(region, entry);
        final int size = region.getInt(sizeWord(EntryDescriptor.sizeClass(region, entry)));
        return age > (long) size * fraction >> SHIFT;
    }

    /** Returns the same for the entry at an address, in the region at another. */
    public boolean isBehind(long region, long entry) {
        final long age = Regions.getLong(region + clock) - EntryDescriptor.stamp(entry);
        final int size = Regions.getInt(region + sizeWord(EntryDescriptor.sizeClass(entry)));
        return age > (long) size * fraction >> SHIFT;
    }

    /** Returns the offset of the size of a class's list. */
    int sizeWord(int sizeClass) {
        return sizes + sizeClass * Integer.BYTES;
    }
}
