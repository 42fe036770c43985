// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalHandler;
import io.flagstone.api.SizeSample;
import org.agrona.concurrent.NanoClock;

/**
 * How the cache is built. What is null stays as the builder has it.
 *
 * @param memoryBytes its memory.
 * @param maxEntries the most entries, or null.
 * @param segments the number of segments, or null.
 * @param slabBytes the size of a slab, or null.
 * @param promotion the promotion distance, or null.
 * @param expectedEntryBytes key and value of an entry, or null.
 * @param admissionFilter whether entries used often are kept before those used lately.
 */
public record CacheSettings(
        long memoryBytes,
        Long maxEntries,
        Integer segments,
        Integer slabBytes,
        Double promotion,
        Integer expectedEntryBytes,
        boolean admissionFilter) {
    /** Larger slabs than a cache chooses by itself are not worth it for a few values. */
    private static final int LARGEST_SLAB_BYTES = 1 << 20;

    private static final int LEAST_SLABS = 16;

    /**
     * Whether evictions follow exact least-recently-used order.
     *
     * @return true where that was asked for by a promotion distance of zero.
     */
    public boolean exactOrder() {
        return promotion != null && promotion == 0.0;
    }

    /**
     * The size of values that no entry of such a cache holds.
     *
     * @return bytes.
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
     * @param clock its clock.
     * @param listener told of removals, or null.
     * @param sample the sizes to divide it by, or null.
     * @return the cache.
     * @throws CacheRefusedException where the builder refuses a setting, or memory is lacking.
     */
    OffHeapCache build(NanoClock clock, RemovalHandler listener, SizeSample sample) {
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
        try {
            return builder.build();
        } catch (final IllegalArgumentException | IllegalStateException refusal) {
            throw new CacheRefusedException(refusal);
        }
    }
}
