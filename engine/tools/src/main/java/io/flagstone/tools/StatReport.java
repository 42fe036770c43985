// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Renders all figures of a metrics file as text of any length, for pipes and files. */
final class StatReport {
    private StatReport() {}

    /**
     * Renders the figures.
     *
     * @param view the figures.
     * @return lines, rows of zero included.
     */
    static String text(StatView view) {
        final StringWriter text = new StringWriter();
        final PrintWriter out = new PrintWriter(text);
        final MetricsSnapshot now = view.now();
        final Rates rates = view.rates();
        out.println(view.name() + ": " + words(view.state(), view.processId(), now.atMs()));
        out.println(
                "figures "
                        + Units.age(view.ageMs())
                        + " old, published for "
                        + Units.age(now.atMs() - now.openedMs())
                        + ", rates over "
                        + Units.age(rates.ms()));
        if (view.beginning() != null) {
            out.println(view.beginning());
        }
        view.replication().forEach(out::println);
        StatAlert.of(view).forEach(alert -> out.println(alert.line()));
        out.println();
        counts(out, rates, now);
        out.println();
        memory(out, now);
        out.println();
        classes(out, now);
        return text.toString();
    }

    /** Returns a state in words. */
    private static String words(MetricsReader.State state, long pid, long atMs) {
        final String last = "; last figures written at " + Instant.ofEpochMilli(atMs);
        return switch (state) {
            case LIVE -> "process " + pid + ", live";
            case CLOSED -> "closed by process " + pid + last;
            case DIED -> "process " + pid + " DIED without closing" + last;
        };
    }

    private static void counts(PrintWriter out, Rates rates, MetricsSnapshot now) {
        final List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "reads",
                        Units.rate(rates.of(Metric.HITS, Metric.MISSES)),
                        Units.count(now.get(Metric.HITS) + now.get(Metric.MISSES))));
        rows.add(
                List.of(
                        "hit ratio",
                        Units.percent(rates.hitRatio()),
                        Units.percent(now.hitRatio())));
        for (final Metric metric : StatScreen.COUNTS) {
            // A cache that is not replicated has no figures of replication.
            if (!metric.isOfOthers() || now.ofCache().containsKey(metric)) {
                rows.add(
                        List.of(
                                metric.label(),
                                Units.rate(rates.of(metric)),
                                Units.count(now.get(metric))));
            }
        }
        final long loads = now.get(Metric.LOADS) + now.get(Metric.LOAD_FAILURES);
        rows.add(
                List.of(
                        "average ms per load",
                        "",
                        loads == 0 ? "" : millis(now.get(Metric.TOTAL_LOAD_NS), loads)));
        TextTable.print(out, List.of("", "per second", "total"), rows);
    }

    /** Returns an average time in milliseconds. */
    static String millis(long ns, long count) {
        return String.format(Locale.ROOT, "%.3f", ns / 1e6 / count);
    }

    private static void memory(PrintWriter out, MetricsSnapshot now) {
        final long budget = now.get(Metric.BUDGET_BYTES);
        final List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("entries", Units.count(now.get(Metric.ENTRIES)), ""));
        for (final Metric part : StatScreen.MEMORY) {
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
        for (final Map.Entry<Integer, Map<Metric, Long>> entry : now.ofClasses().entrySet()) {
            final List<String> row = new ArrayList<>(List.of(Units.bytes(entry.getKey())));
            for (final Metric metric : StatScreen.OF_CLASS) {
                row.add(Units.count(entry.getValue().getOrDefault(metric, 0L)));
            }
            rows.add(row);
        }
        TextTable.print(out, StatScreen.CLASS_TITLES, rows);
    }
}
