// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalHandler;
import io.flagstone.api.SizeSample;
import org.agrona.concurrent.NanoClock;

/**
 * The settings of the cache. Null stands for the builder's default.
 *
 * @param memoryBytes the memory in bytes.
 * @param maxEntries the maximum number of entries, or null.
 * @param segments the number of segments, or null.
 * @param slabBytes the size of a slab, or null.
 * @param promotion the promotion distance, or null.
 * @param expectedEntryBytes the bytes of key and value of a typical entry, or null.
 * @param admissionFilter whether the admission filter is on.
 */
public record CacheSettings(
        long memoryBytes,
        Long maxEntries,
        Integer segments,
        Integer slabBytes,
        Double promotion,
        Integer expectedEntryBytes,
        boolean admissionFilter) {
    /** The largest slab that a cache chooses by itself. */
    private static final int LARGEST_SLAB_BYTES = 1 << 20;

    private static final int LEAST_SLABS = 16;

    /**
     * Returns whether evictions follow exact least-recently-used order.
     *
     * @return true if the promotion distance is set to 0.
     */
    public boolean exactOrder() {
        return promotion != null && promotion == 0.0;
    }

    /**
     * Returns a size at which values are too large for an entry of the cache.
     *
     * @return the size in bytes.
     */
    long largestValueBytes() {
        final int segmentCount = segments == null ? 1 : segments;
        return Math.min(
                slabBytes == null ? LARGEST_SLAB_BYTES : slabBytes,
                memoryBytes / segmentCount / LEAST_SLABS);
    }

    /**
     * Builds the cache.
     *
     * @param clock the clock of the cache.
     * @param listener the removal handler, or null.
     * @param sample the sizes by which the cache divides its memory, or null.
     * @return the cache.
     * @throws CacheRefusedException if the builder refuses a setting or memory is short.
     */
    OffHeapCache build(NanoClock clock, RemovalHandler listener, SizeSample sample) {
        return build(builder(clock, listener, sample));
    }

    /**
     * Builds a cache.
     *
     * @param builder the builder with all settings.
     * @return the cache.
     * @throws CacheRefusedException if the builder refuses a setting or memory is short.
     */
    public static OffHeapCache build(CacheBuilder builder) {
        try {
            return builder.build();
        } catch (final IllegalArgumentException | IllegalStateException refusal) {
            throw new CacheRefusedException(refusal);
        }
    }

    /**
     * Returns a builder with these settings.
     *
     * @param clock the clock of the cache.
     * @param listener the removal handler, or null.
     * @param sample the sizes by which the cache divides its memory, or null.
     * @return a builder that takes more settings.
     */
    public CacheBuilder builder(NanoClock clock, RemovalHandler listener, SizeSample sample) {
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .clock(clock)
                        .admissionFilter(admissionFilter);
        if (maxEntries != null) {
            builder.maxEntries(maxEntries);
        }
        if (segments != null) {
            builder.segments(segments);
        }
        if (slabBytes != null) {
            builder.slabBytes(slabBytes);
        }
        if (promotion != null) {
            builder.promotionDistance(promotion);
        }
        if (expectedEntryBytes != null) {
            builder.expectedEntryBytes(expectedEntryBytes);
        }
        if (sample != null) {
            builder.sizeSample(sample);
        }
        if (listener != null) {
            builder.removalHandler(listener);
        }
        return builder;
    }
}
