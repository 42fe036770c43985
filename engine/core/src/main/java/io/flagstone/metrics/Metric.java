// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RestartReport;
import io.flagstone.api.SizeClassReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The registry of counters, with the type id, the label and the source of each.
 *
 * <p>Type ids count up from {@link #FIRST_TYPE_ID} in the order of the constants. The order must
 * not change; add new constants at the end.
 */
public enum Metric {
    /** Reads that found a value. */
    HITS("hits", CacheStatistics::hits),
    /** Reads that found no value. */
    MISSES("misses", CacheStatistics::misses),
    /** Writes that added an entry. */
    INSERTIONS("insertions", CacheStatistics::insertions),
    /** Writes that gave a present key another value. */
    REPLACEMENTS("replacements", CacheStatistics::replacements),
    /** Evictions because of the limit on entries. */
    BOUND_EVICTIONS("evictions for the bound in entries", CacheStatistics::boundEvictions),
    /** Evictions for an entry of the same size class. */
    ROOM_EVICTIONS("evictions for room", CacheStatistics::roomEvictions),
    /** Evictions so that a slab could go to another size class. */
    SLAB_EVICTIONS("evictions for a slab", CacheStatistics::slabEvictions),
    /** Entries that left because their deadline had passed. */
    EXPIRATIONS("expirations", CacheStatistics::expirations),
    /** Entries removed by the caller. */
    REMOVALS("removals", CacheStatistics::removals),
    /** Entries that a hit moved to the head of their list. */
    PROMOTIONS("promotions", CacheStatistics::promotions),
    /** Hits that did not promote their entry because the lock was taken. */
    MISSED_PROMOTIONS("missed promotions", CacheStatistics::missedPromotions),
    /** Reads that met a write and were repeated. */
    READ_RETRIES("read retries", CacheStatistics::readRetries),
    /** Times that a thread waited for a lock. */
    LOCK_CONTENTIONS("lock contentions", CacheStatistics::lockContentions),
    /** Entries moved so that their slab could go to another size class. */
    MOVES("moves", CacheStatistics::moves),
    /** Slabs that went from one size class to another. */
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
    /** Padding up to the size class. */
    ROUNDING_BYTES(MemoryReport::roundingBytes, "rounding, bytes"),
    /** Chunks that hold no entry. */
    FREE_CHUNK_BYTES(MemoryReport::freeChunkBytes, "free chunks, bytes"),
    /** Slabs of no size class. */
    FREE_SLAB_BYTES(MemoryReport::freeSlabBytes, "free slabs, bytes"),
    /** The rest that the layout leaves over. */
    UNUSED_BYTES(MemoryReport::unusedBytes, "unused, bytes"),
    /** The memory in huge pages. */
    HUGE_PAGE_BYTES(MemoryReport::hugePageBytes, "in huge pages, bytes"),
    /** The slabs of a size class. */
    CLASS_SLABS(SizeClassReport::slabs),
    /** The entries of a size class. */
    CLASS_ENTRIES(SizeClassReport::entries),
    /** The chunks of a size class that hold no entry. */
    CLASS_FREE_CHUNKS(SizeClassReport::freeChunks),
    /** The tail age of a size class, in entries added since. */
    CLASS_TAIL_AGE(SizeClassReport::tailAge),
    /** Times that a segment was emptied after an Error. */
    SEGMENT_RESETS("segment resets", CacheStatistics::segmentResets),
    /** Entries lost by segment resets. */
    RESET_ENTRIES("entries lost by resets", CacheStatistics::resetEntries),
    /** Loads of a typed cache that ended with a value or {@code null}. */
    LOADS(LoadStatistics::loads, "loads", true),
    /** Loads that ended with an exception or an Error. */
    LOAD_FAILURES(LoadStatistics::failures, "load failures", true),
    /** The time that all loads took. */
    TOTAL_LOAD_NS(LoadStatistics::totalLoadNs, "total load time, ns", true),
    /** Loads that renewed an entry before its deadline. */
    REFRESHES(LoadStatistics::refreshes, "refreshes", true),
    /** Loaded values that were not kept because the key was written meanwhile. */
    LOADS_OUTDATED(LoadStatistics::outdated, "loads outdated by a write", true),
    /** Loaded values that were not kept because no slab can hold them. */
    LOADS_TOO_LARGE(LoadStatistics::tooLarge, "loads too large to keep", true),
    /** Loaded values that were not kept because their time to live was 0 or less. */
    LOADS_EXPIRED(LoadStatistics::expiredAtOnce, "loads expired at once", true),
    /**
     * How the cache began, as the ordinal of a {@link RestartReport.Kind}. A cache without a
     * directory that was not restored has none of these figures.
     */
    RESTART_KIND("restart", report -> report.kind().ordinal(), true),
    /** Entries that the cache began with. */
    RESTART_KEPT("restart, entries kept", RestartReport::kept, true),
    /** Entries that had expired when the cache began. */
    RESTART_EXPIRED("restart, entries expired", RestartReport::expired, true),
    /** Entries that the cache began without. */
    RESTART_DROPPED("restart, entries dropped", RestartReport::dropped, true),
    /** The time that the beginning took. */
    RESTART_NS("restart, ns", RestartReport::durationNs, true),
    /**
     * The state of a replica: a position in {@link #REPLICA_STATES}. Only caches whose publisher
     * was given more figures have this one and those after it.
     */
    REPLICA_STATE("replica state"),
    /** The epoch of the primary that the replica follows, or its own after a promotion. */
    REPLICA_EPOCH("replica epoch"),
    /** The number of the last change that the replica has applied, 0 if some are missing. */
    REPLICA_APPLIED("replica, last change applied"),
    /** Changes that the replica knows of and has not applied. */
    REPLICA_LAG_RECORDS("replica lag, changes"),
    /** The age of the replica's contents, or -1 if it has not heard of a primary. */
    REPLICA_LAG_NS("replica lag, ns"),
    /** Times that a change was missing. */
    REPLICA_GAPS("replica gaps"),
    /** Synchronisations that the replica has completed. */
    REPLICA_JOINS("replica joins"),
    /** Values that were too large for the replica's cache. */
    REPLICA_REFUSED("replica, values refused"),
    /** Entries that the replica's cache evicted for lack of room. */
    REPLICA_EVICTIONS("replica, own evictions"),
    /** The epoch of a publisher. */
    PUBLISHER_EPOCH("publisher epoch"),
    /** The number of the last change that the publisher has sent or dropped. */
    PUBLISHER_NUMBER("publisher, last change"),
    /** The replicas that the publisher hears of. */
    PUBLISHER_REPLICAS("publisher, replicas"),
    /** Those of them that have every change up to one. */
    PUBLISHER_LIVE("publisher, live replicas"),
    /** Changes that the slowest of the live replicas has not acknowledged. */
    PUBLISHER_LAG_RECORDS("publisher, lag of the slowest live replica, changes"),
    /** Changes sent. */
    PUBLISHER_SENT("publisher, changes sent"),
    /** Changes dropped because nobody listened. */
    PUBLISHER_DROPPED("publisher, changes dropped"),
    /** Times that the publication had no room for a change. */
    PUBLISHER_NO_ROOM("publisher, no room"),
    /** Times that the feed lost changes because its ring was full. */
    PUBLISHER_GAPS("publisher gaps"),
    /** 1 if another primary has taken over, otherwise 0. */
    PUBLISHER_FENCED("publisher fenced");

    /** The type id of the first constant. */
    public static final int FIRST_TYPE_ID = 0xF1A6;

    /** The names of the values of {@link #REPLICA_STATE}, in their order. */
    public static final List<String> REPLICA_STATES =
            List.of("JOINING", "SYNCHRONISING", "LIVE", "LOST", "PROMOTED");

    static final List<Metric> OF_CACHE =
            Stream.of(values())
                    .filter(
                            metric ->
                                    metric.ofClass == null
                                            && metric.ofRestart == null
                                            && !metric.isOfOthers())
                    .toList();
    static final List<Metric> OF_RESTART =
            Stream.of(values()).filter(metric -> metric.ofRestart != null).toList();
    static final List<Metric> OF_CLASS =
            Stream.of(values()).filter(metric -> metric.ofClass != null).toList();

    private final String label;
    final ToLongFunction<CacheStatistics> ofStatistics;
    final ToLongFunction<MemoryReport> ofMemory;
    final ToLongFunction<LoadStatistics> ofLoads;
    final ToLongFunction<SizeClassReport> ofClass;
    final ToLongFunction<RestartReport> ofRestart;

    Metric(String label, ToLongFunction<CacheStatistics> ofStatistics) {
        this(label, ofStatistics, null, null, null, null);
    }

    Metric(ToLongFunction<MemoryReport> ofMemory, String label) {
        this(label, null, ofMemory, null, null, null);
    }

    /** The last parameter only distinguishes this constructor from the one before. */
    Metric(ToLongFunction<LoadStatistics> ofLoads, String label, boolean isOfLoads) {
        this(label, null, null, ofLoads, null, null);
    }

    Metric(ToLongFunction<SizeClassReport> ofClass) {
        this(null, null, null, null, ofClass, null);
    }

    /** A metric whose values come from elsewhere: see {@link #isOfOthers}. */
    Metric(String label) {
        this(label, null, null, null, null, null);
    }

    /** The last parameter only distinguishes this constructor from the first. */
    Metric(String label, ToLongFunction<RestartReport> ofRestart, boolean isOfRestart) {
        this(label, null, null, null, null, ofRestart);
    }

    Metric(
            String label,
            ToLongFunction<CacheStatistics> ofStatistics,
            ToLongFunction<MemoryReport> ofMemory,
            ToLongFunction<LoadStatistics> ofLoads,
            ToLongFunction<SizeClassReport> ofClass,
            ToLongFunction<RestartReport> ofRestart) {
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
        this.ofRestart = ofRestart;
    }

    /**
     * Returns the type id of the metric's counters in the file.
     *
     * @return the type id, which is the same in every version.
     */
    public int typeId() {
        return FIRST_TYPE_ID + ordinal();
    }

    /**
     * Returns the label for display.
     *
     * @return the label; for a metric of size classes, without the class.
     */
    public String label() {
        return label;
    }

    /**
     * Returns whether the figure is not the cache's own, so that {@link MetricsPublisher#open} has
     * to be given its source.
     *
     * @return true for the figures of replicas and of their publishers.
     */
    public boolean isOfOthers() {
        return ofStatistics == null
                && ofMemory == null
                && ofLoads == null
                && ofClass == null
                && ofRestart == null;
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

    /** Returns the metric with a type id, or null. */
    static Metric ofTypeId(int typeId) {
        final int ordinal = typeId - FIRST_TYPE_ID;
        return ordinal < 0 || ordinal >= values().length ? null : values()[ordinal];
    }
}
