// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Renders the figures of a metrics file as text. */
final class StatReport {
    private static final int MAX_CLASSES = 16;

    private final MetricsReader reader;

    /**
     * Creates a report on a file.
     *
     * @param reader a reader of the file.
     */
    public StatReport(MetricsReader reader) {
        this.reader = reader;
    }

    /** Returns a state in words. */
    private static String words(MetricsReader.State state, long pid, long atMs) {
        return switch (state) {
            case LIVE -> "process " + pid + ", live";
            case CLOSED ->
                    "closed by process " + pid + "; last figures written at " + instant(atMs);
            case DIED ->
                    "process "
                            + pid
                            + " DIED without closing; last figures written at "
                            + instant(atMs);
        };
    }

    private static String instant(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    /**
     * Prints one screen.
     *
     * @param out the writer to print to.
     * @param before the figures from which rates count; null for the opening of the file.
     * @param now the figures.
     */
    public void print(PrintWriter out, MetricsSnapshot before, MetricsSnapshot now) {
        final Rates rates = new Rates(before, now);
        out.println(reader.name() + ": " + words(reader.state(), reader.processId(), now.atMs()));
        if (!now.whole()) {
            out.println("the publisher stopped during a write: not all figures are of one moment");
        }
        out.println(
                "published for "
                        + Duration.ofSeconds((now.atMs() - now.openedMs()) / 1000)
                                .toString()
                                .substring(2)
                                .toLowerCase(Locale.ROOT)
                        + ", rates over "
                        + String.format("%.1f", rates.seconds)
                        + " s");
        out.println();
        TextTable.print(
                out,
                List.of("", "per second", "total"),
                List.of(
                        List.of(
                                "reads",
                                Units.rate(rates.of(Metric.HITS) + rates.of(Metric.MISSES)),
                                Units.count(now.get(Metric.HITS) + now.get(Metric.MISSES))),
                        List.of(
                                "hit ratio",
                                Units.percent(rates.hitRatio()),
                                Units.percent(now.hitRatio())),
                        row(rates, now, Metric.INSERTIONS),
                        row(rates, now, Metric.REPLACEMENTS),
                        row(rates, now, Metric.REMOVALS),
                        row(rates, now, Metric.EXPIRATIONS),
                        row(rates, now, Metric.BOUND_EVICTIONS),
                        row(rates, now, Metric.ROOM_EVICTIONS),
                        row(rates, now, Metric.SLAB_EVICTIONS),
                        row(rates, now, Metric.LOCK_CONTENTIONS),
                        row(rates, now, Metric.READ_RETRIES),
                        row(rates, now, Metric.PROMOTIONS),
                        row(rates, now, Metric.MISSED_PROMOTIONS),
                        row(rates, now, Metric.MOVES),
                        row(rates, now, Metric.SLAB_REASSIGNMENTS),
                        row(rates, now, Metric.SEGMENT_RESETS),
                        row(rates, now, Metric.RESET_ENTRIES)));
        out.println();
        if (now.get(Metric.LOADS) + now.get(Metric.LOAD_FAILURES) > 0) {
            loads(out, rates, now);
            out.println();
        }
        memory(out, now);
        out.println();
        classes(out, now);
        out.flush();
    }

    private static List<String> row(Rates rates, MetricsSnapshot now, Metric metric) {
        return List.of(metric.label(), Units.rate(rates.of(metric)), Units.count(now.get(metric)));
    }

    private static void loads(PrintWriter out, Rates rates, MetricsSnapshot now) {
        final long all = now.get(Metric.LOADS) + now.get(Metric.LOAD_FAILURES);
        final double millis = now.get(Metric.TOTAL_LOAD_NS) / 1e6 / all;
        TextTable.print(
                out,
                List.of("loads", "per second", "total"),
                List.of(
                        row(rates, now, Metric.LOADS),
                        row(rates, now, Metric.LOAD_FAILURES),
                        List.of("average ms per load", "", String.format("%.3f", millis)),
                        row(rates, now, Metric.REFRESHES),
                        row(rates, now, Metric.LOADS_OUTDATED),
                        row(rates, now, Metric.LOADS_TOO_LARGE),
                        row(rates, now, Metric.LOADS_EXPIRED)));
    }

    private static void memory(PrintWriter out, MetricsSnapshot now) {
        final long budget = now.get(Metric.BUDGET_BYTES);
        final List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("entries", Units.count(now.get(Metric.ENTRIES)), ""));
        for (final Metric part :
                List.of(
                        Metric.BUDGET_BYTES,
                        Metric.KEY_BYTES,
                        Metric.VALUE_BYTES,
                        Metric.HEADER_BYTES,
                        Metric.INDEX_BYTES,
                        Metric.ROUNDING_BYTES,
                        Metric.FREE_CHUNK_BYTES,
                        Metric.FREE_SLAB_BYTES,
                        Metric.UNUSED_BYTES,
                        Metric.HUGE_PAGE_BYTES)) {
            final long bytes = now.get(part);
            rows.add(
                    List.of(
                            part.label().replace(", bytes", ""),
                            Units.bytes(bytes),
                            budget == 0 ? "" : Units.percent((double) bytes / budget)));
        }
        TextTable.print(out, List.of("memory", "", "of the budget"), rows);
    }

    private static void classes(PrintWriter out, MetricsSnapshot now) {
        final List<List<String>> rows = new ArrayList<>();
        int left = 0;
        for (final Map.Entry<Integer, Map<Metric, Long>> entry : now.ofClasses().entrySet()) {
            final Map<Metric, Long> figures = entry.getValue();
            if (figures.get(Metric.CLASS_SLABS) == 0) {
                continue;
            }
            if (rows.size() == MAX_CLASSES) {
                left++;
                continue;
            }
            rows.add(
                    List.of(
                            Units.bytes(entry.getKey()),
                            Units.count(figures.get(Metric.CLASS_SLABS)),
                            Units.count(figures.get(Metric.CLASS_ENTRIES)),
                            Units.count(figures.get(Metric.CLASS_FREE_CHUNKS)),
                            Units.count(figures.get(Metric.CLASS_TAIL_AGE))));
        }
        TextTable.print(
                out, List.of("size class", "slabs", "entries", "free chunks", "tail age"), rows);
        if (left > 0) {
            out.println("  and " + left + " more; use --json to see all");
        }
    }

    /** The counts per second between two snapshots. */
    private static final class Rates {
        private final MetricsSnapshot before;
        private final MetricsSnapshot now;
        private final double seconds;

        Rates(MetricsSnapshot before, MetricsSnapshot now) {
            this.before = before;
            this.now = now;
            this.seconds =
                    (now.atMs() - (before == null ? now.openedMs() : before.atMs())) / 1000.0;
        }

        private long counted(Metric metric) {
            return now.get(metric) - (before == null ? 0 : before.get(metric));
        }

        double of(Metric metric) {
            return seconds <= 0 ? 0 : counted(metric) / seconds;
        }

        double hitRatio() {
            final long reads = counted(Metric.HITS) + counted(Metric.MISSES);
            return reads == 0 ? 0 : (double) counted(Metric.HITS) / reads;
        }
    }
}
