// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.stress.soak.KeyCodec;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The settings of one cache, and of the keys and values that go into it.
 *
 * @param name the name on the command line.
 * @param memoryBytes the cache's budget.
 * @param segments the number of segments.
 * @param slabBytes the size of a slab; if it is the default, long entries take several slabs.
 * @param keys the number of keys of each thread.
 * @param maxValueBytes the length of the longest value.
 * @param roomy whether nothing is ever evicted, so that each missing value is a violation.
 * @param variant further settings.
 */
record CrashConfiguration(
        String name,
        int memoryBytes,
        int segments,
        int slabBytes,
        int keys,
        int maxValueBytes,
        boolean roomy,
        Variant variant) {

    /** Further settings of a cache. */
    enum Variant {
        /** Values are written in place, under stripes. */
        PLAIN,
        /** A removal handler, so that writes take the lock, and the exact order of use. */
        HANDLER,
        /** A bound in entries. */
        BOUNDED,
        /** An admission filter. */
        FILTERED,
        /** Values expire soon unless they are put with a time to live. */
        EXPIRING
    }

    /** Leaves the size of a slab to the cache. */
    static final int DEFAULT_SLAB = 0;

    /** The length of the longest value in any configuration. */
    static final int MAX_VALUE_BYTES = 32_000;

    /** The length of the longest key in any configuration. */
    static final int MAX_KEY_BYTES = 90;

    static final KeyCodec KEYS = new KeyCodec(MAX_KEY_BYTES);

    /** All configurations, in the order in which they take turns. */
    static final List<CrashConfiguration> ALL =
            List.of(
                    new CrashConfiguration(
                            "roomy", 8 << 20, 2, 1 << 14, 200, 2000, true, Variant.PLAIN),
                    new CrashConfiguration(
                            "tiny-slabs", 64 << 10, 1, 1 << 10, 300, 800, false, Variant.PLAIN),
                    new CrashConfiguration(
                            "roomy-handler", 8 << 20, 1, 1 << 14, 200, 2000, true, Variant.HANDLER),
                    new CrashConfiguration(
                            "runs",
                            2 << 20,
                            1,
                            DEFAULT_SLAB,
                            600,
                            MAX_VALUE_BYTES,
                            false,
                            Variant.PLAIN),
                    new CrashConfiguration(
                            "bounded", 512 << 10, 2, 1 << 12, 400, 600, false, Variant.BOUNDED),
                    new CrashConfiguration(
                            "roomy-runs",
                            24 << 20,
                            1,
                            DEFAULT_SLAB,
                            40,
                            MAX_VALUE_BYTES,
                            true,
                            Variant.PLAIN),
                    new CrashConfiguration(
                            "tiny-handler", 96 << 10, 2, 1 << 10, 300, 800, false, Variant.HANDLER),
                    new CrashConfiguration(
                            "filtered", 192 << 10, 2, 1 << 12, 300, 2000, false, Variant.FILTERED),
                    new CrashConfiguration(
                            "expiring", 8 << 20, 2, 1 << 13, 200, 2000, true, Variant.EXPIRING));

    private static final long DEFAULT_TTL_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Returns the configuration with a name, or null. */
    static CrashConfiguration find(String name) {
        return ALL.stream()
                .filter(configuration -> configuration.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** Returns a builder of a cache in memory. */
    CacheBuilder builder() {
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .segments(segments)
                        .hashSeed(0x5EED)
                        .tickNs(TimeUnit.MICROSECONDS.toNanos(50))
                        .errorHandler(CrashConfiguration::fail);
        if (slabBytes != DEFAULT_SLAB) {
            builder.slabBytes(slabBytes);
        }
        switch (variant) {
            case HANDLER ->
                    builder.promotionDistance(0)
                            .removalHandler((cause, key, value) -> KEYS.check(key));
            case BOUNDED -> builder.maxEntries(400).rebalanceBudget(3);
            case FILTERED -> builder.admissionFilter(true);
            case EXPIRING -> builder.defaultTtlNs(DEFAULT_TTL_NS);
            default -> {}
        }
        return builder;
    }

    /** Returns the time to live of a value that is put without one, or {@code NO_TTL}. */
    long defaultTtlNs() {
        return variant == Variant.EXPIRING ? DEFAULT_TTL_NS : OffHeapCache.NO_TTL;
    }

    /** Returns a value length for random bits. Most lengths are short. */
    int valueLength(long bits, long operation) {
        if ((bits & 7) == 0) {
            // Mostly values of one class after another, so that classes give up slabs.
            final int band = maxValueBytes / 8;
            return (int) (operation >>> 10 & 7) * band + bounded(bits >>> 3, band);
        }
        final int magnitude =
                bounded(bits >>> 40, Integer.SIZE - Integer.numberOfLeadingZeros(maxValueBytes));
        return bounded(bits >>> 3, Math.min(2 << magnitude, maxValueBytes + 1));
    }

    private static int bounded(long bits, int bound) {
        return (int) ((bits & Integer.MAX_VALUE) % bound);
    }

    /** No exception may reach the error handler: no callback throws, and no segment is reset. */
    private static void fail(Throwable thrown) {
        CrashWorker.unexpected(thrown);
    }
}
