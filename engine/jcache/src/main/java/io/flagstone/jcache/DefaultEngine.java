// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.SizeSample;

/**
 * How the engine of a cache is divided if its configuration says nothing of it: so that a value of
 * a MiB fits 16 MiB on any machine.
 *
 * <p>The engine's own defaults divide the memory by the number of processors, and a value must fit
 * a slab, which is a part of a segment. Here the segments depend on the memory alone, and slabs are
 * large. There are few of them, so there must be few size classes too, or entries of many sizes
 * would take the slabs from each other: each class is twice as large as the one before.
 */
final class DefaultEngine {
    /** The bytes of a slab: a MiB, and room for the header and a key. */
    static final int SLAB_BYTES = (1 << 20) + (1 << 13);

    /** The least that a segment has, if there is more than one. */
    private static final long SEGMENT_BYTES = 64L << 20;

    /** How many slabs a segment has at least, with what is left for the index. */
    private static final int LEAST_SLABS = 15;

    private static final int SLAB_UNIT = 64;
    private static final int SMALLEST_ENTRY_BYTES = 64;
    private static final int HEADER_AND_KEY_BYTES = 48;
    private static final int KEY_BYTES = 8;

    private DefaultEngine() {}

    /** A builder of an engine that takes some memory. */
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

    /** Sizes that each are twice the one before, up to a whole slab. */
    private static SizeSample doubling(int slabBytes) {
        final SizeSample sample = new SizeSample();
        for (int bytes = SMALLEST_ENTRY_BYTES; bytes < slabBytes; bytes *= 2) {
            sample.add(KEY_BYTES, bytes - HEADER_AND_KEY_BYTES);
        }
        return sample.add(KEY_BYTES, slabBytes - HEADER_AND_KEY_BYTES);
    }
}
