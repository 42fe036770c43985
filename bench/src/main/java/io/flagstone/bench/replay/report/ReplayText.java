// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.Operation;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Wrapping;
import io.flagstone.tools.console.Units;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Writes the report of a replay as text. */
final class ReplayText {
    private final PrintWriter out;

    /**
     * Creates a writer of reports.
     *
     * @param out the writer for the text.
     */
    ReplayText(PrintWriter out) {
        this.out = out;
    }

    /**
     * Writes a report.
     *
     * @param setup the input and the settings.
     * @param result the result of the replay.
     */
    void write(Setup setup, ReplayResult result) {
        row("input", setup.input());
        for (final Setup.Setting setting : setup.settings()) {
            row(setting.name(), setting.value());
        }
        Wrapping.print(
                out, "cache settings: " + EffectiveSettings.of(result.configuration()).line());
        out.println();
        counts(setup, result);
        Wrapping.print(out, ReplayNotes.requests(setup, result));
        out.println();
        latencies(result);
        Wrapping.print(out, ReplayNotes.latency(result));
        out.println();
        memory(result);
        Wrapping.print(out, ReplayNotes.memory(result.memory()));
        out.println();
        if (result.staleQuote() != null) {
            out.println(QuoteLines.HEADING);
            for (final List<String> line : QuoteLines.of(result.staleQuote())) {
                out.printf(Locale.ROOT, "  %-35s %s%n", line.get(0), line.get(1));
            }
            out.println();
        }
        verdict(result);
        out.flush();
    }

    private void counts(Setup setup, ReplayResult result) {
        row(setup.step(), Units.count(result.steps()));
        row("requests", Units.count(result.requests()));
        row("hits", Units.count(result.hits()) + "  (" + Units.percent(result.hitRatio()) + ")");
        if (result.ideal() != null) {
            row(
                    "ideal hits",
                    Units.count(result.ideal().hits())
                            + "  ("
                            + Units.percent((double) result.ideal().hits() / result.requests())
                            + ")");
        }
        row("misses", Units.count(result.misses()));
        if (result.missCauses() != null) {
            row("  never written", Units.count(result.missCauses().neverWritten()));
            row("  stale", Units.count(result.missCauses().stale()));
            row("  evicted", Units.count(result.missCauses().evicted()));
        }
        row("evictions", Units.count(result.statistics().evictions()));
        row("expirations", Units.count(result.statistics().expirations()));
        if (result.tooLarge() > 0) {
            row("too large", Units.count(result.tooLarge()) + "  (not cached)");
        }
        if (result.heldBack() > 0) {
            row("clock held", Units.count(result.heldBack()) + "  (steps back in time)");
        }
        row(
                "throughput",
                Units.rate(result.latencies().operationsPerSecond())
                        + " in the cache; the replay took "
                        + Units.nanos(result.wallNs()));
    }

    private void latencies(ReplayResult result) {
        out.printf(Locale.ROOT, "%-16s%12s", "latency, ns", "count");
        for (final Percentile percentile : Percentile.values()) {
            out.printf(Locale.ROOT, "%12s", percentile.title());
        }
        out.println();
        for (final Operation operation : Operation.values()) {
            latency(operation.title(), result.latencies().of(operation));
        }
        latency("all operations", result.latencies().all());
    }

    private void latency(String name, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        out.printf(Locale.ROOT, "  %-14s%,12d", name, histogram.getTotalCount());
        for (final Percentile percentile : Percentile.values()) {
            out.printf(Locale.ROOT, "%,12d", percentile.of(histogram));
        }
        out.println();
    }

    private void memory(ReplayResult result) {
        out.printf(Locale.ROOT, "%-26s%,16d%n", "memory, bytes", result.memory().budgetBytes());
        for (final MemoryPart part : MemoryPart.values()) {
            final long bytes = part.of(result.memory());
            out.printf(
                    Locale.ROOT,
                    "  %-24s%,16d%9s%n",
                    part.title(),
                    bytes,
                    Units.percent((double) bytes / result.memory().budgetBytes()));
        }
        out.printf(Locale.ROOT, "%-26s%,16d%n", "entries", result.memory().entries());
    }

    private void verdict(ReplayResult result) {
        row("audit", Verdict.audit(result));
        row("differences", Verdict.differences(result));
        if (result.differences() != null) {
            result.differences().print(out);
        }
    }

    private void row(String name, String value) {
        out.printf(Locale.ROOT, "%-17s %s%n", name, value);
    }
}
