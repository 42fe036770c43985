// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.Rounds;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.PercentileChart;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.SettingsTable;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Reports of a latency measurement, for people and for programs.
 *
 * @param plan the plan of the measurement.
 * @param figures the figures, in the order of the report.
 * @param origin the origin of the figures.
 */
public record LatencyReport(LatencyPlan plan, List<LatencyFigure> figures, Origin origin)
        implements Report {
    private static final List<String> HEAD =
            List.of(
                    "contender",
                    "p50",
                    "p99",
                    "p99.9",
                    "p99.99",
                    "max",
                    "service p99.99",
                    "its range",
                    "hits %",
                    "behind",
                    "feed behind",
                    "B/read",
                    "GCs",
                    "longest GC");
    private static final List<String> STALL_HEAD =
            List.of(
                    "contender",
                    "safepoint",
                    "scheduler",
                    "steal",
                    "own",
                    "longest own",
                    "not logged");
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99};
    private static final String[] PERCENTILE_KEYS = {"p50Ns", "p99Ns", "p999Ns", "p9999Ns"};

    private static final String CHART =
            "How long the slowest reads take: to the right are rarer ones. Lower is better.";
    private static final String TIME_TABLE =
            "Times of reads in \u00b5s, since the read was due: 99 % of the reads took at most p99."
                    + " The service time is from the read's actual start.";
    private static final String RUN_TABLE =
            "The run, with times in \u00b5s: the share of hits, how late the last read and the last"
                    + " write began, bytes allocated on the heap by a read, the number of"
                    + " collections and the longest one.";

    /** The first column that describes the run instead of the time of reads. */
    private static final int BEGIN_OF_RUN = HEAD.indexOf("hits %");

    private static final String HOW_TO_READ =
            "Microseconds from the time a read was due to its end, so that a read that waits for"
                + " the one before it counts its wait (no coordinated omission). Service counts"
                + " from the read's actual start. Behind: how late the last read or write began,"
                + " which grows without end if a rate is too high. Floors have no feed: they show"
                + " the machine. Stalls are reads with a long service time. The JVM and Linux tell"
                + " their cause; own are stalls that neither explains, including those of the host."
                + " Not logged are stalls that the log had no room for. The range of the service"
                + " time is that of the rounds.";

    /**
     * Prints the tables.
     *
     * @param out where to print.
     */
    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        settings().print(out);
        for (final Collector collector : plan.collectors()) {
            out.println();
            out.println(title(collector) + "; microseconds");
            warnings(collector).forEach(out::println);
            TextTable.print(out, HEAD, rows(collector));
            out.println();
            out.println(stallTitle());
            TextTable.print(out, STALL_HEAD, stallRows(collector));
            refusals(collector).forEach(refusal -> out.println("  - " + refusal));
        }
        out.flush();
    }

    private SettingsTable settings() {
        final SettingsTable table = new SettingsTable();
        figures.forEach(figure -> table.add(figure.type().title(), figure.settings()));
        return table;
    }

    private String title(Collector collector) {
        return String.format(
                Locale.ROOT,
                "%s: %,d reads/s and %,d writes/s, %,d entries of %d bytes, %s keys, %.0f s",
                collector.title(),
                plan.readRate(),
                plan.feedRate(),
                plan.entries(),
                plan.valueBytes(),
                plan.keys(),
                plan.seconds() * plan.rounds());
    }

    private String stallTitle() {
        return String.format(Locale.ROOT, "reads of more than %,d ns", plan.stallNs());
    }

    private List<LatencyFigure> of(Collector collector) {
        return figures.stream().filter(figure -> figure.collector() == collector).toList();
    }

    private List<List<String>> rows(Collector collector) {
        final List<List<String>> rows = new ArrayList<>();
        for (final LatencyFigure figure : of(collector)) {
            if (figure.refused() == null) {
                final List<String> row = new ArrayList<>();
                row.add(figure.type().title());
                for (final double percentile : PERCENTILES) {
                    row.add(micros(figure.response().getValueAtPercentile(percentile)));
                }
                row.add(micros(figure.response().getMaxValue()));
                row.add(micros(figure.service().getValueAtPercentile(LatencyFigure.SERVICE_TAIL)));
                row.add(serviceRange(figure));
                row.add(String.format(Locale.ROOT, "%.1f", 100 * figure.hitRatio()));
                row.add(micros(figure.readLateNs()));
                row.add(micros(figure.feedLateNs()));
                row.add(String.format(Locale.ROOT, "%,.1f", figure.bytesPerRead()));
                row.add(Units.count(figure.collections()));
                row.add(micros(figure.longestCollectionNs()));
                rows.add(row);
            }
        }
        return rows;
    }

    private List<List<String>> stallRows(Collector collector) {
        final List<List<String>> rows = new ArrayList<>();
        for (final LatencyFigure figure : of(collector)) {
            if (figure.refused() == null) {
                final List<String> row = new ArrayList<>();
                row.add(figure.type().title());
                for (final StallCause cause : StallCause.values()) {
                    row.add(Units.count(figure.stalls(cause)));
                }
                row.add(micros(figure.longestStallNs(StallCause.OWN)));
                row.add(String.format(Locale.ROOT, "%,d", figure.stallsDropped()));
                rows.add(row);
            }
        }
        return rows;
    }

    private static String serviceRange(LatencyFigure figure) {
        return figure.rounds() < 2
                ? "one round"
                : micros(figure.serviceTailLowNs()) + " to " + micros(figure.serviceTailHighNs());
    }

    private List<String> warnings(Collector collector) {
        final int rounds =
                of(collector).stream()
                        .mapToInt(LatencyFigure::rounds)
                        .filter(count -> count > 0)
                        .min()
                        .orElse(0);
        return Stream.concat(
                        Rounds.remarks(rounds).stream(),
                        of(collector).stream().flatMap(figure -> figure.warnings().stream()))
                .toList();
    }

    private List<String> refusals(Collector collector) {
        return of(collector).stream()
                .filter(figure -> figure.refused() != null)
                .map(figure -> figure.type().title() + ": " + figure.refused())
                .toList();
    }

    private static String micros(long ns) {
        return String.format(Locale.ROOT, "%,.1f", ns / 1e3);
    }

    /**
     * Renders the report for programs.
     *
     * @return a JSON object with a row for each figure.
     */
    @Override
    public String json() {
        final JsonArray rows = new JsonArray();
        for (final LatencyFigure figure : figures) {
            final JsonObject row = new JsonObject();
            row.addProperty("benchmark", "latency");
            row.addProperty("impl", figure.type().title());
            row.addProperty("gc", figure.collector().title());
            row.addProperty("entries", plan.entries());
            row.addProperty("valueBytes", plan.valueBytes());
            row.addProperty("keys", plan.keys());
            row.addProperty("readRate", plan.readRate());
            row.addProperty("feedRate", plan.feedRate());
            row.addProperty("seconds", plan.seconds() * plan.rounds());
            row.addProperty("refused", figure.refused());
            if (figure.refused() == null) {
                row.add("settings", figure.settings().json());
                addFigures(row, figure);
            }
            origin.machine().addTo(row);
            rows.add(row);
        }
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        root.add("rows", rows);
        return Json.render(root);
    }

    private static void addFigures(JsonObject row, LatencyFigure figure) {
        for (int i = 0; i < PERCENTILES.length; i++) {
            row.addProperty(
                    PERCENTILE_KEYS[i], figure.response().getValueAtPercentile(PERCENTILES[i]));
        }
        row.addProperty("maxNs", figure.response().getMaxValue());
        row.addProperty(
                "serviceP9999Ns",
                figure.service().getValueAtPercentile(LatencyFigure.SERVICE_TAIL));
        row.addProperty("rounds", figure.rounds());
        if (figure.rounds() > 1) {
            row.addProperty("serviceP9999LowNs", figure.serviceTailLowNs());
            row.addProperty("serviceP9999HighNs", figure.serviceTailHighNs());
        }
        row.addProperty("serviceMaxNs", figure.service().getMaxValue());
        row.addProperty("hits", figure.hits());
        row.addProperty("misses", figure.misses());
        row.addProperty("readLateNs", figure.readLateNs());
        row.addProperty("feedLateNs", figure.feedLateNs());
        row.addProperty("bytesPerOp", figure.bytesPerRead());
        row.addProperty("gcPauses", figure.collections());
        row.addProperty("longestGcPauseNs", figure.longestCollectionNs());
        final JsonObject stalls = new JsonObject();
        for (final StallCause cause : StallCause.values()) {
            stalls.addProperty(cause.title(), figure.stalls(cause));
        }
        row.add("stalls", stalls);
        row.addProperty("longestOwnStallNs", figure.longestStallNs(StallCause.OWN));
        row.addProperty("stallsNotLogged", figure.stallsDropped());
    }

    @Override
    public List<Picture> pictures() {
        return plan.collectors().stream().map(this::picture).toList();
    }

    private Picture picture(Collector collector) {
        return PercentileChart.draw(
                "latency-" + collector.title(),
                title(collector),
                "time since the read was due",
                of(collector).stream()
                        .map(figure -> curve(figure.type().title(), figure.response()))
                        .toList());
    }

    private static PercentileChart.Curve curve(String title, Histogram response) {
        return new PercentileChart.Curve(title, Look.of(title), response);
    }

    /**
     * Renders the report as an HTML page.
     *
     * @return the page.
     * @throws IOException if the style sheet is missing from the jar.
     */
    @Override
    public String html() throws IOException {
        final Page page = origin.beginPage("Flagstone: latency", "Latency of reads under a feed");
        for (final Collector collector : plan.collectors()) {
            page.section(title(collector), CHART).warnings(warnings(collector));
            page.chart(picture(collector));
            final List<List<String>> rows = rows(collector);
            page.table(table(TIME_TABLE, rows, 1, BEGIN_OF_RUN));
            page.table(table(RUN_TABLE, rows, BEGIN_OF_RUN, HEAD.size()));
            page.table(
                    new Table(stallCaption(), STALL_HEAD).contenders().rows(stallRows(collector)));
            page.list(refusals(collector)).endSection();
        }
        page.section("How to read it", HOW_TO_READ).endSection();
        settings().addTo(page);
        return origin.endPage(page, origin.machine().describe());
    }

    /** Makes a table of the contenders and some of the columns. */
    private static Table table(String caption, List<List<String>> rows, int from, int to) {
        return new Table(caption, columns(HEAD, from, to))
                .contenders()
                .rows(rows.stream().map(row -> columns(row, from, to)).toList());
    }

    private static List<String> columns(List<String> row, int from, int to) {
        return Stream.concat(Stream.of(row.get(0)), row.subList(from, to).stream()).toList();
    }

    private String stallCaption() {
        return String.format(
                Locale.ROOT,
                "The number of reads with a service time of more than %,d \u00b5s, by cause, and"
                        + " the longest that has no known cause, in \u00b5s.",
                plan.stallNs() / 1000);
    }
}
