// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RemovalCause;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * What must hold while all threads stand still: the cache's own audit, every key as its owner knows
 * it, counters that add up, every entry shown once by a scan, and statistics that are those of what
 * the threads did.
 */
final class Auditor {
    private static final int SCAN_ENTRIES = 1000;
    private static final long LEAP_NS = TimeUnit.MILLISECONDS.toNanos(80);

    private final List<Worker> workers;
    private final BitSet seen = new BitSet(SoakConfiguration.MAX_KEYS + CounterTable.COUNTERS);
    private Turn turn;
    private Tally tally;

    Auditor(List<Worker> workers) {
        this.workers = workers;
    }

    /** Takes on another cache; called on the thread that audits. */
    void begin(Turn next) {
        turn = next;
        tally = new Tally();
        Departures.countInto(tally);
    }

    /** Checks everything, and leaves the cache as it was but for what has expired. */
    void audit() {
        audit(turn.cache().audit());
        checkCounters();
        verify();
        final long live = scanAll();
        // On a clock that stands still nothing can have expired since it was looked at.
        if (turn.drivenClock() != null) {
            require("entries of a scan", known(), live);
        }
        final CacheStatistics statistics = checkStatistics();
        final long size = turn.cache().size();
        require(
                "insertions - evictions - expirations - removals",
                size,
                statistics.insertions()
                        - statistics.evictions()
                        - statistics.expirations()
                        - statistics.removals());
        checkMemory(size);
    }

    /** Lets much time pass at once, so that nearly everything expires. */
    void leap() {
        if (turn.drivenClock() != null) {
            for (final Worker worker : workers) {
                worker.ownedState().settle();
            }
            turn.drivenClock().advance(LEAP_NS);
            verify();
            while (turn.cache().doWork() != 0) {
                // Until nothing is due.
            }
            audit(turn.cache().audit());
        }
    }

    /** Removes everything at once. */
    void clear() {
        tally.cleared(turn.cache().size());
        turn.cache().clear();
        require("entries after a clear", 0, turn.cache().size());
        for (final Worker worker : workers) {
            worker.ownedState().cleared();
        }
        audit(turn.cache().audit());
        verify();
    }

    /** The statistics of a cache, which outlive it, against what the threads counted. */
    CacheStatistics checkStatistics() {
        final CacheStatistics statistics = turn.cache().statistics();
        final Tally sum = new Tally();
        sum.add(tally);
        workers.forEach(worker -> sum.add(worker.tally()));
        require("hits", sum.hits(), statistics.hits());
        require("misses", sum.misses(), statistics.misses());
        require("removals", sum.removals(), statistics.removals());
        require(
                "removals that the listener was told of",
                statistics.removals(),
                sum.departures(RemovalCause.REMOVED));
        require(
                "evictions that the listener was told of",
                statistics.evictions(),
                sum.departures(RemovalCause.EVICTED));
        require(
                "expirations that the listener was told of",
                statistics.expirations(),
                sum.departures(RemovalCause.EXPIRED));
        require(
                "replacements",
                sum.departures(RemovalCause.REPLACED) + sum.updates(),
                statistics.replacements());
        return statistics;
    }

    private void verify() {
        for (final Worker worker : workers) {
            for (int slot = 0; slot < worker.ownedState().slots(); slot++) {
                worker.owned().verify(slot);
            }
        }
    }

    private void checkCounters() {
        for (int counter = 0; counter < CounterTable.COUNTERS; counter++) {
            long added = 0;
            for (final Worker worker : workers) {
                added += worker.counters().added(counter);
            }
            final long live = workers.get(0).counters().count(counter);
            final long departed = turn.counters().departed(counter);
            if (live + departed != added) {
                throw new Violation(
                        "additions to a counter were lost, or were made twice",
                        KeyShape.counter(counter),
                        "" + added,
                        live + " in the cache and " + departed + " that left it");
            }
        }
    }

    private long scanAll() {
        seen.clear();
        long cursor = 0;
        do {
            final long before = turn.clock().nanoTime();
            cursor =
                    turn.cache()
                            .scan(
                                    cursor,
                                    SCAN_ENTRIES,
                                    (key, value) -> scanned(key, value, before));
        } while (cursor != OffHeapCache.SCAN_DONE);
        return seen.cardinality();
    }

    private void scanned(DirectBuffer keyBytes, DirectBuffer value, long before) {
        final long key = turn.shape().check(keyBytes);
        final int bit;
        if (KeyShape.isCounter(key)) {
            ValueCodec.check(value, 0, value.capacity(), key);
            bit = SoakConfiguration.MAX_KEYS + KeyShape.counterOf(key);
        } else {
            final int slot = (int) key / turn.threads();
            workers.get((int) key % turn.threads())
                    .ownedState()
                    .found(slot, before, value, 0, value.capacity());
            bit = (int) key;
        }
        if (seen.get(bit)) {
            throw new Violation(
                    "a scan shows a key twice while nothing is written", key, "once", "twice");
        }
        seen.set(bit);
    }

    /**
     * The entries that must be there: those known of, and the counters. To create a missing counter
     * may evict one that was looked at before, hence the counters are asked for once more.
     */
    private long known() {
        long known = workers.get(0).counters().present();
        for (final Worker worker : workers) {
            known += worker.ownedState().known();
        }
        return known;
    }

    private void checkMemory(long size) {
        final MemoryReport report = turn.cache().memoryReport();
        require("entries of the memory report", size, report.entries());
        require(
                "parts of the memory report",
                report.budgetBytes(),
                report.indexBytes()
                        + report.headerBytes()
                        + report.keyBytes()
                        + report.valueBytes()
                        + report.roundingBytes()
                        + report.freeChunkBytes()
                        + report.freeSlabBytes()
                        + report.unusedBytes());
    }

    private static void audit(AuditResult result) {
        if (!result.clean()) {
            throw new Violation("the audit found", "a clean state", result.finding());
        }
    }

    private static void require(String what, long expected, long found) {
        if (expected != found) {
            throw new Violation(what + " do not agree", "" + expected, "" + found);
        }
    }
}
