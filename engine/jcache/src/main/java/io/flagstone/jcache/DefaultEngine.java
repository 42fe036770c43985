// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.SizeSample;

/**
 * The engine of a cache without a configured builder. A value of one MiB fits into 16 MiB on any
 * machine.
 *
 * <p>The engine's own defaults depend on the number of processors, and a value must fit into a
 * slab, which is a part of a segment. Here the number of segments depends on the memory alone, and
 * slabs are large. There are few slabs, so there must be few size classes, or entries of many sizes
 * would compete for slabs. Each size class is therefore twice as large as the one before.
 */
final class DefaultEngine {
    /** The bytes of a slab: one MiB, and room for the header and a key. */
    static final int SLAB_BYTES = (1 << 20) + (1 << 13);

    /** The least bytes of a segment, if there is more than one. */
    private static final long SEGMENT_BYTES = 64L << 20;

    /** The parts of the memory. A slab takes at most one; the index takes some as well. */
    private static final int LEAST_SLABS = 15;

    private static final int SLAB_UNIT = 64;
    private static final int SMALLEST_ENTRY_BYTES = 64;
    private static final int HEADER_AND_KEY_BYTES = 48;
    private static final int KEY_BYTES = 8;

    private DefaultEngine() {}

    /** Returns a builder of an engine with the given memory. */
    static CacheBuilder of(long memoryBytes) {
        final int slabBytes = slabBytes(memoryBytes);
        return OffHeapCache.builder()
                .memoryBytes(memoryBytes)
                .segments(segments(memoryBytes))
                .slabBytes(slabBytes)
                .sizeSample(doubling(slabBytes))
                .expectedEntryBytes(SMALLEST_ENTRY_BYTES);
    }

    static int segments(long memoryBytes) {
        final long parts = Long.highestOneBit(Math.max(1, memoryBytes / SEGMENT_BYTES));
        return (int) Math.min(CacheBuilder.MAX_SEGMENTS, parts);
    }

    static int slabBytes(long memoryBytes) {
        final long fitting = memoryBytes / LEAST_SLABS / SLAB_UNIT * SLAB_UNIT;
        return (int) Math.max(CacheBuilder.MIN_SLAB_BYTES, Math.min(SLAB_BYTES, fitting));
    }

    /** Returns sizes that double, up to a whole slab. */
    private static SizeSample doubling(int slabBytes) {
        final SizeSample sample = new SizeSample();
        for (int bytes = SMALLEST_ENTRY_BYTES; bytes < slabBytes; bytes *= 2) {
            sample.add(KEY_BYTES, bytes - HEADER_AND_KEY_BYTES);
        }
        return sample.add(KEY_BYTES, slabBytes - HEADER_AND_KEY_BYTES);
    }
}
