// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.api.MemoryReport;
import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.MissCauses;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.tools.console.Units;
import java.util.Locale;

/** Explains the figures of a replay, with the same words in all forms of the report. */
final class ReplayNotes {
    private ReplayNotes() {}

    /** Says how requests and reads differ, and why requests miss. */
    static String requests(Setup setup, ReplayResult result) {
        final MissCauses causes = result.missCauses();
        final StringBuilder note = new StringBuilder(setup.explanation());
        if (causes != null && causes.total() > 0) {
            note.append(" Of the misses, ")
                    .append(share(causes.neverWritten(), causes))
                    .append(" asked for a key that nothing had written, ")
                    .append(share(causes.stale(), causes))
                    .append(" for one whose time to live was over, and ")
                    .append(share(causes.evicted(), causes))
                    .append(" for one that was evicted. Only the last kind needs more memory.");
        }
        return note.toString();
    }

    private static String share(long misses, MissCauses causes) {
        return Units.percent((double) misses / causes.total());
    }

    /** Says what a latency contains, and what the maximum is. */
    static String latency(ReplayResult result) {
        final Latencies.Slowest slowest = result.latencies().slowest();
        final String times =
                "Each call is timed by itself, from one reading of System.nanoTime to the next. The"
                        + " time includes the reading, and whatever the JVM and the machine did"
                        + " meanwhile. There is no warm-up: the first calls run in the"
                        + " interpreter.";
        return slowest == null
                ? times
                : times
                        + String.format(
                                Locale.ROOT,
                                " The maximum is one call: %s took %,d ns as call %,d of %,d (the"
                                    + " table rounds to three digits). Compilation, a collection,"
                                    + " or another process on the processor explains most such"
                                    + " calls; the command latency tells these causes apart.",
                                slowest.operation().title(),
                                slowest.ns(),
                                slowest.number(),
                                result.latencies().all().getTotalCount());
    }

    /** Says what the bytes of an entry are. */
    static String memory(MemoryReport memory) {
        final EntryBytes entry = EntryBytes.of(memory);
        return entry == null
                ? "The cache is empty."
                : String.format(
                        Locale.ROOT,
                        "An entry takes %.1f bytes: key %.1f, value %.1f, header %.1f, rounding up"
                                + " to its size class %.1f, and its share of the index %.1f and of"
                                + " the fixed parts %.1f. Bookkeeping is the header and both"
                                + " shares, %.1f bytes. Index and fixed parts are laid out for a"
                                + " full cache, so each entry bears more of them while the cache"
                                + " holds few. Free and unused memory is not counted.",
                        entry.total(),
                        entry.key(),
                        entry.value(),
                        EntryBytes.HEADER,
                        entry.rounding(),
                        entry.index(),
                        entry.fixed(),
                        memory.bookkeepingBytesPerEntry());
    }
}
