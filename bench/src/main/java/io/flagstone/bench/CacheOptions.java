// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.replay.CacheSettings;
import io.flagstone.bench.replay.report.Setup.Setting;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of the cache. An option that is not given stays null until the input is known. */
final class CacheOptions {
    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "The cache's memory, such as 64K, 256M, 2G (tape: 128K, traces: 256M).")
    private Long memoryBytes;

    @Option(
            names = "--max-entries",
            paramLabel = "N",
            description = "Maximum number of entries (unbounded).")
    private Long maxEntries;

    @Option(
            names = "--segments",
            paramLabel = "N",
            description = "Segments, a power of two (by cores and memory).")
    private Integer segments;

    @Option(
            names = "--slab",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "Size of a slab, which limits the largest entry (by memory).")
    private Long slabBytes;

    @Option(
            names = "--entry-bytes",
            paramLabel = "N",
            description =
                    "Typical bytes of key and value together, which size the index (from the size"
                            + " of the values if it is known, otherwise the cache's default).")
    private Integer entryBytes;

    @Option(
            names = "--promotion",
            paramLabel = "FRACTION",
            description =
                    "Promotion distance, 0 for exact least-recently-used order (the cache's"
                            + " default).")
    private Double promotion;

    @Option(
            names = "--admission-filter",
            description =
                    "Prefer entries that are used often to entries used recently (TinyLFU; off).")
    private boolean admissionFilter;

    @Option(
            names = "--ttl",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description =
                    "Time to live, such as 500ms, 10s, 30m, 2h, or none (tape: 1d, traces: none)."
                            + " A time to live in the trace takes precedence.")
    private Long ttlNs;

    /**
     * Sets the options that were not given.
     *
     * @param memory the cache's memory in bytes.
     * @param ttl the time to live in nanoseconds.
     * @param segmentCount the number of segments, or null for the cache's default.
     * @param promotionDistance the promotion distance, or null for the cache's default.
     */
    void complete(long memory, long ttl, Integer segmentCount, Double promotionDistance) {
        memoryBytes = memoryBytes == null ? Long.valueOf(memory) : memoryBytes;
        ttlNs = ttlNs == null ? Long.valueOf(ttl) : ttlNs;
        segments = segments == null ? segmentCount : segments;
        promotion = promotion == null ? promotionDistance : promotion;
    }

    /**
     * Returns the first problem with the options.
     *
     * @return the problem, or null if there is none.
     */
    String problem() {
        if (maxEntries != null && maxEntries < 1) {
            return "--max-entries " + maxEntries + " is not positive";
        }
        if (segments != null && segments < 1) {
            return "--segments " + segments + " is not positive";
        }
        if (slabBytes != null && slabBytes > Integer.MAX_VALUE) {
            return "--slab " + slabBytes + " is more than " + Integer.MAX_VALUE;
        }
        if (promotion != null && !(promotion >= 0.0 && promotion <= 1.0)) {
            return "--promotion " + promotion + " is not between 0 and 1";
        }
        return null;
    }

    /**
     * Returns the settings of the cache.
     *
     * @param knownEntryBytes bytes of key and value together, or null if not known.
     * @return the settings.
     */
    CacheSettings settings(Integer knownEntryBytes) {
        return new CacheSettings(
                memoryBytes,
                maxEntries,
                segments,
                slabBytes == null ? null : Integer.valueOf(slabBytes.intValue()),
                promotion,
                entryBytes == null ? knownEntryBytes : entryBytes,
                admissionFilter);
    }

    long ttlNs() {
        return ttlNs;
    }

    /**
     * Describes the options that are not settings of the cache itself.
     *
     * @return a list that can be added to.
     */
    List<Setting> describe() {
        final List<Setting> settings = new ArrayList<>();
        settings.add(
                new Setting(
                        "time to live",
                        DurationConverter.show(ttlNs),
                        "ttlNs",
                        ttlNs == OffHeapCache.NO_TTL ? null : ttlNs));
        return settings;
    }
}
