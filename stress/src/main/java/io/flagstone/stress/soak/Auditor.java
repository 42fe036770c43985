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
 * Checks the cache while all workers are paused: its own audit is clean, every key is as its owner
 * knows it, the counters add up, a scan shows every entry once, and the statistics match what the
 * threads did.
 */
final class Auditor {
    private static final int SCAN_ENTRIES = 1000;
    private static final long LEAP_NS = TimeUnit.MILLISECONDS.toNanos(80);

    private final List<Worker> workers;
    private final BitSet seen =
            new BitSet(SoakConfiguration.MAX_KEYS + RemovedCounterTotals.COUNTERS);
    private SoakRound round;
    private ExpectedStatistics expectedStatistics;

    Auditor(List<Worker> workers) {
        this.workers = workers;
    }

    /** Switches to the next round. Call this on the thread that audits. */
    void begin(SoakRound next) {
        round = next;
        expectedStatistics = new ExpectedStatistics();
        RecordingRemovalHandler.countInto(expectedStatistics);
    }

    /**
     * Checks everything. Changes the cache only by expirations and by creating missing counters.
     */
    void audit() {
        audit(round.cache().audit());
        checkCounters();
        verify();
        final long live = scanAll();
        // On a manual clock no entry can have expired since the check of the keys.
        if (round.manualClock() != null) {
            require("entries of a scan", known(), live);
        }
        final CacheStatistics statistics = checkStatistics();
        final long size = round.cache().size();
        require(
                "insertions - evictions - expirations - removals",
                size,
                statistics.insertions()
                        - statistics.evictions()
                        - statistics.expirations()
                        - statistics.removals());
        checkMemory(size);
    }

    /** Advances a manual clock so far that nearly everything expires, and checks the cache. */
    void leap() {
        if (round.manualClock() != null) {
            for (final Worker worker : workers) {
                worker.ownedKeyModel().settle();
            }
            round.manualClock().advance(LEAP_NS);
            verify();
            while (round.cache().doWork() != 0) {
                // Repeat until no work is left.
            }
            audit(round.cache().audit());
        }
    }

    /** Clears the cache, and checks it. */
    void clear() {
        expectedStatistics.cleared(round.cache().size());
        round.cache().clear();
        require("entries after a clear", 0, round.cache().size());
        for (final Worker worker : workers) {
            worker.ownedKeyModel().cleared();
        }
        audit(round.cache().audit());
        verify();
    }

    /** Compares the cache's statistics, which outlive it, with the counts of the threads. */
    CacheStatistics checkStatistics() {
        final CacheStatistics statistics = round.cache().statistics();
        final ExpectedStatistics sum = new ExpectedStatistics();
        sum.add(expectedStatistics);
        workers.forEach(worker -> sum.add(worker.expectedStatistics()));
        require("hits", sum.hits(), statistics.hits());
        require("misses", sum.misses(), statistics.misses());
        require("removals", sum.removals(), statistics.removals());
        require(
                "removals reported to the removal handler",
                statistics.removals(),
                sum.handlerCalls(RemovalCause.REMOVED));
        require(
                "evictions reported to the removal handler",
                statistics.evictions(),
                sum.handlerCalls(RemovalCause.EVICTED));
        require(
                "expirations reported to the removal handler",
                statistics.expirations(),
                sum.handlerCalls(RemovalCause.EXPIRED));
        require(
                "replacements",
                sum.handlerCalls(RemovalCause.REPLACED) + sum.updates(),
                statistics.replacements());
        return statistics;
    }

    private void verify() {
        for (final Worker worker : workers) {
            for (int slot = 0; slot < worker.ownedKeyModel().slots(); slot++) {
                worker.owned().verify(slot);
            }
        }
    }

    private void checkCounters() {
        for (int counter = 0; counter < RemovedCounterTotals.COUNTERS; counter++) {
            long added = 0;
            for (final Worker worker : workers) {
                added += worker.counters().added(counter);
            }
            final long live = workers.get(0).counters().count(counter);
            final long removed = round.removedCounters().total(counter);
            if (live + removed != added) {
                throw new Violation(
                        "additions to a counter were lost, or counted twice",
                        KeyCodec.counter(counter),
                        "" + added,
                        live + " in the cache and " + removed + " that left it");
            }
        }
    }

    private long scanAll() {
        seen.clear();
        long cursor = 0;
        do {
            final long before = round.clock().nanoTime();
            cursor =
                    round.cache()
                            .scan(
                                    cursor,
                                    SCAN_ENTRIES,
                                    (key, value) -> scanned(key, value, before));
        } while (cursor != OffHeapCache.SCAN_DONE);
        return seen.cardinality();
    }

    private void scanned(DirectBuffer keyBytes, DirectBuffer value, long before) {
        final long key = round.keyCodec().check(keyBytes);
        final int bit;
        if (KeyCodec.isCounter(key)) {
            ValueCodec.check(value, 0, value.capacity(), key);
            bit = SoakConfiguration.MAX_KEYS + KeyCodec.counterOf(key);
        } else {
            final int slot = (int) key / round.threads();
            workers.get((int) key % round.threads())
                    .ownedKeyModel()
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
     * Returns the number of entries that must be in the cache: known keys and counters. Counts the
     * counters again, because creating a missing counter may have evicted another one.
     */
    private long known() {
        long known = workers.get(0).counters().present();
        for (final Worker worker : workers) {
            known += worker.ownedKeyModel().known();
        }
        return known;
    }

    private void checkMemory(long size) {
        final MemoryReport report = round.cache().memoryReport();
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
