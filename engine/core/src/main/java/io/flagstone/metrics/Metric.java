// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeClassReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The registry of counters: of each the type id, the label, and where its value is from.
 *
 * <p>Type ids are {@link #FIRST_TYPE_ID} and what follows, in the order of the constants, which
 * stays; new ones come at the end.
 */
public enum Metric {
    /** Reads that found a value. */
    HITS("hits", CacheStatistics::hits),
    /** Reads that found none. */
    MISSES("misses", CacheStatistics::misses),
    /** Writes that added an entry. */
    INSERTIONS("insertions", CacheStatistics::insertions),
    /** Writes of a key that was there. */
    REPLACEMENTS("replacements", CacheStatistics::replacements),
    /** Evictions because of the bound in entries. */
    BOUND_EVICTIONS("evictions for the bound in entries", CacheStatistics::boundEvictions),
    /** Evictions for an entry of the same size class. */
    ROOM_EVICTIONS("evictions for room", CacheStatistics::roomEvictions),
    /** Evictions so that a slab could go to another class. */
    SLAB_EVICTIONS("evictions for a slab", CacheStatistics::slabEvictions),
    /** Entries that left because their deadline had passed. */
    EXPIRATIONS("expirations", CacheStatistics::expirations),
    /** Entries removed by the caller. */
    REMOVALS("removals", CacheStatistics::removals),
    /** Entries that a hit moved to the head of their list. */
    PROMOTIONS("promotions", CacheStatistics::promotions),
    /** Hits that should have, and left it. */
    MISSED_PROMOTIONS("missed promotions", CacheStatistics::missedPromotions),
    /** Reads that met a write and looked again. */
    READ_RETRIES("read retries", CacheStatistics::readRetries),
    /** Times that a lock was waited for. */
    LOCK_CONTENTIONS("lock contentions", CacheStatistics::lockContentions),
    /** Entries moved so that their slab could go to another class. */
    MOVES("moves", CacheStatistics::moves),
    /** Slabs that went from one class to another. */
    SLAB_REASSIGNMENTS("slabs reassigned", CacheStatistics::slabReassignments),
    /** Entries held. */
    ENTRIES(MemoryReport::entries, "entries"),
    /** The budget. */
    BUDGET_BYTES(MemoryReport::budgetBytes, "budget, bytes"),
    /** The index. */
    INDEX_BYTES(MemoryReport::indexBytes, "index, bytes"),
    /** Headers and fixed parts. */
    HEADER_BYTES(MemoryReport::headerBytes, "headers and fixed parts, bytes"),
    /** Keys. */
    KEY_BYTES(MemoryReport::keyBytes, "keys, bytes"),
    /** Values. */
    VALUE_BYTES(MemoryReport::valueBytes, "values, bytes"),
    /** Padding up to size classes. */
    ROUNDING_BYTES(MemoryReport::roundingBytes, "rounding, bytes"),
    /** Chunks that hold no entry. */
    FREE_CHUNK_BYTES(MemoryReport::freeChunkBytes, "free chunks, bytes"),
    /** Slabs of no class. */
    FREE_SLAB_BYTES(MemoryReport::freeSlabBytes, "free slabs, bytes"),
    /** What the layout leaves over. */
    UNUSED_BYTES(MemoryReport::unusedBytes, "unused, bytes"),
    /** In huge pages. */
    HUGE_PAGE_BYTES(MemoryReport::hugePageBytes, "in huge pages, bytes"),
    /** Of a size class: its slabs. */
    CLASS_SLABS(SizeClassReport::slabs),
    /** Of a size class: its entries. */
    CLASS_ENTRIES(SizeClassReport::entries),
    /** Of a size class: its chunks that hold no entry. */
    CLASS_FREE_CHUNKS(SizeClassReport::freeChunks),
    /** Of a size class: the age of its tail, in entries added since. */
    CLASS_TAIL_AGE(SizeClassReport::tailAge),
    /** Times that a segment was emptied after an Error. */
    SEGMENT_RESETS("segment resets", CacheStatistics::segmentResets),
    /** Entries lost by that. */
    RESET_ENTRIES("entries lost by resets", CacheStatistics::resetEntries),
    /** Loads of a typed cache that ended with a value or none. */
    LOADS(LoadStatistics::loads, "loads", true),
    /** Loads that ended with an exception or an Error. */
    LOAD_FAILURES(LoadStatistics::failures, "load failures", true),
    /** The time that all loads took. */
    TOTAL_LOAD_NS(LoadStatistics::totalLoadNs, "total load time, ns", true),
    /** Loads that renewed an entry before its deadline. */
    REFRESHES(LoadStatistics::refreshes, "refreshes", true),
    /** Loaded values that a write outdated. */
    LOADS_OUTDATED(LoadStatistics::outdated, "loads outdated by a write", true),
    /** Loaded values that no slab can hold. */
    LOADS_TOO_LARGE(LoadStatistics::tooLarge, "loads too large to keep", true),
    /** Loaded values whose time to live was over at once. */
    LOADS_EXPIRED(LoadStatistics::expiredAtOnce, "loads expired at once", true);

    /** The type id of the first. */
    public static final int FIRST_TYPE_ID = 0xF1A6;

    static final List<Metric> OF_CACHE =
            Stream.of(values()).filter(metric -> metric.ofClass == null).toList();
    static final List<Metric> OF_CLASS =
            Stream.of(values()).filter(metric -> metric.ofClass != null).toList();

    private final String label;
    final ToLongFunction<CacheStatistics> ofStatistics;
    final ToLongFunction<MemoryReport> ofMemory;
    final ToLongFunction<LoadStatistics> ofLoads;
    final ToLongFunction<SizeClassReport> ofClass;

    Metric(String label, ToLongFunction<CacheStatistics> ofStatistics) {
        this(label, ofStatistics, null, null, null);
    }

    Metric(ToLongFunction<MemoryReport> ofMemory, String label) {
        this(label, null, ofMemory, null, null);
    }

    /** The last parameter tells it from the one before. */
    Metric(ToLongFunction<LoadStatistics> ofLoads, String label, boolean isOfLoads) {
        this(label, null, null, ofLoads, null);
    }

    Metric(ToLongFunction<SizeClassReport> ofClass) {
        this(null, null, null, null, ofClass);
    }

    Metric(
            String label,
            ToLongFunction<CacheStatistics> ofStatistics,
            ToLongFunction<MemoryReport> ofMemory,
            ToLongFunction<LoadStatistics> ofLoads,
            ToLongFunction<SizeClassReport> ofClass) {
        this.label =
                label != null
                        ? label
                        : name().substring("CLASS_".length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' ');
        this.ofStatistics = ofStatistics;
        this.ofMemory = ofMemory;
        this.ofLoads = ofLoads;
        this.ofClass = ofClass;
    }

    /**
     * The type id of its counters in the file.
     *
     * @return the same in every version.
     */
    public int typeId() {
        return FIRST_TYPE_ID + ordinal();
    }

    /**
     * What it is called for people.
     *
     * @return for a metric of size classes without the class.
     */
    public String label() {
        return label;
    }

    String label(int chunkBytes) {
        return "class of " + chunkBytes + " bytes: " + label;
    }

    long value(CacheStatistics statistics, MemoryReport memory, LoadStatistics loads) {
        if (ofStatistics != null) {
            return ofStatistics.applyAsLong(statistics);
        }
        return ofMemory != null ? ofMemory.applyAsLong(memory) : ofLoads.applyAsLong(loads);
    }

    /** The metric of a type id, or null. */
    static Metric ofTypeId(int typeId) {
        final int ordinal = typeId - FIRST_TYPE_ID;
        return ordinal < 0 || ordinal >= values().length ? null : values()[ordinal];
    }
}
