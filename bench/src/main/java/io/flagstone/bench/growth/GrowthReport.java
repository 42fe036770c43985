// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.Rounds;
import io.flagstone.bench.report.Page;
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

/**
 * Reports of the growth of contenders, for people and for programs.
 *
 * @param figures figures of one length of values, sizes ascending.
 * @param expiry the cost of timers; may be empty.
 * @param origin the origin of the figures.
 */
public record GrowthReport(List<GrowthFigure> figures, List<ExpiryFigure> expiry, Origin origin)
        implements Report {
    private static final List<String> HEAD =
            List.of(
                    "contender",
                    "entries",
                    "get ns",
                    "low",
                    "high",
                    "grows by",
                    "put ns",
                    "fill ns",
                    "build ns",
                    "B/entry");
    private static final List<String> EXPIRY_HEAD =
            List.of(
                    "timers",
                    "arm ns",
                    "re-arm ns",
                    "reclaim ns",
                    "longest doWork ns",
                    "calls to reclaim all");

    private static final String HOW_TO_READ =
            "get is a hit, where each key waits for the value before it (except in"
                + " floor-throughput); put is an update; keys are uniform. Grows by: the median of"
                + " get, divided by the median at the contender's smallest size. Low and high need"
                + " several rounds.";
    private static final String GET_TEXT =
            "The time of a get by the number of entries; whiskers are the lowest and the highest"
                    + " sample, if there are several rounds. Lower is better.";
    private static final String PUT_TEXT =
            "The time of an update by the number of entries, with the same whiskers. Lower is"
                    + " better.";
    private static final String MEMORY_TEXT =
            "All memory of a filled contender, divided by its entries. Lower is better.";
    private static final String TIME_TABLE =
            "Times in ns, as medians: of an operation, of an entry of the fill, and of building"
                    + " the empty contender. B/entry are bytes of memory.";
    private static final String EXPIRY_TABLE =
            "Times in ns by the number of armed timers: of an operation, of a reclaimed entry, and"
                    + " of the longest call of doWork.";
    private static final String EXPIRY_TEXT =
            "Flagstone's cost by the number of armed timers. The longest call of doWork is one of"
                    + " the many that reclaim all timers after they expired at once.";

    /**
     * Prints the tables.
     *
     * @param out where to print.
     */
    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        settings().print(out);
        warnings().forEach(out::println);
        out.println();
        TextTable.print(out, HEAD, rows());
        refusals().forEach(refusal -> out.println("  - " + refusal));
        if (!expiry.isEmpty()) {
            out.println();
            TextTable.print(out, EXPIRY_HEAD, expiryRows());
        }
        out.flush();
    }

    private SettingsTable settings() {
        final SettingsTable table = GrowthFigure.settings(figures);
        expiry.forEach(
                figure ->
                        table.add(
                                String.format(Locale.ROOT, "expiry, %,d timers", figure.timers()),
                                figure.settings()));
        return table;
    }

    private List<List<String>> rows() {
        final List<List<String>> rows = new ArrayList<>();
        for (final ContenderType type : types()) {
            final List<GrowthFigure> of = of(type);
            for (final GrowthFigure figure : of) {
                final double[] gets = figure.getNs();
                rows.add(
                        List.of(
                                type.title(),
                                String.format(Locale.ROOT, "%,d", figure.entries()),
                                number(GrowthFigure.median(gets)),
                                number(figure.low(gets)),
                                number(figure.high(gets)),
                                String.format(
                                        Locale.ROOT,
                                        "%.2f",
                                        GrowthFigure.median(gets)
                                                / GrowthFigure.median(of.get(0).getNs())),
                                number(GrowthFigure.median(figure.putNs())),
                                number(figure.fillNsPerEntry()),
                                Units.count(Math.round(1e6 * figure.buildMs())),
                                number(figure.bytesPerEntry())));
            }
        }
        return rows;
    }

    private List<List<String>> expiryRows() {
        return expiry.stream()
                .map(
                        figure ->
                                List.of(
                                        String.format(Locale.ROOT, "%,d", figure.timers()),
                                        number(figure.armNs()),
                                        number(figure.rearmNs()),
                                        number(figure.reclaimNs()),
                                        number(figure.worstCallNs()),
                                        String.format(Locale.ROOT, "%,d", figure.calls())))
                .toList();
    }

    private List<ContenderType> types() {
        return figures.stream().map(GrowthFigure::type).distinct().toList();
    }

    private List<GrowthFigure> of(ContenderType type) {
        return figures.stream()
                .filter(figure -> figure.type() == type && figure.refused() == null)
                .toList();
    }

    private List<String> warnings() {
        final int rounds =
                figures.stream()
                        .mapToInt(GrowthFigure::rounds)
                        .filter(count -> count > 0)
                        .min()
                        .orElse(0);
        return Stream.concat(
                        rounds == 1 ? Rounds.remarks(rounds).stream() : Stream.empty(),
                        figures.stream().flatMap(figure -> figure.warnings().stream()))
                .toList();
    }

    private List<String> refusals() {
        return figures.stream()
                .filter(figure -> figure.refused() != null)
                .map(
                        figure ->
                                figure.type().title()
                                        + ", "
                                        + figure.entries()
                                        + ": "
                                        + figure.refused())
                .toList();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%,.1f", value);
    }

    /**
     * Renders the report for programs.
     *
     * @return a JSON object with rows for times, memory and expiry.
     */
    @Override
    public String json() {
        final JsonArray rows = new JsonArray();
        for (final GrowthFigure figure : figures) {
            if (figure.refused() != null) {
                final JsonObject row = row("growth-get", figure.type().title(), figure.entries());
                row.addProperty("valueBytes", figure.valueBytes());
                row.addProperty("refused", figure.refused());
                rows.add(row);
                continue;
            }
            addTimes(rows, "growth-get", figure, figure.getNs());
            addTimes(rows, "growth-put", figure, figure.putNs());
            addTimes(rows, "growth-fill", figure, figure.fillNs());
        }
        for (final ExpiryFigure figure : expiry) {
            addExpiry(rows, "expiry-arm", figure, figure.armNs());
            addExpiry(rows, "expiry-rearm", figure, figure.rearmNs());
            addExpiry(rows, "expiry-reclaim", figure, figure.reclaimNs());
            addExpiry(rows, "expiry-worst-call", figure, figure.worstCallNs());
        }
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        root.add("rows", rows);
        return Json.render(root);
    }

    private void addTimes(JsonArray rows, String benchmark, GrowthFigure figure, double[] sorted) {
        if (sorted.length == 0) {
            return;
        }
        final JsonObject row = row(benchmark, figure.type().title(), figure.entries());
        row.addProperty("valueBytes", figure.valueBytes());
        row.addProperty("nsPerOp", GrowthFigure.median(sorted));
        row.add("low", Json.number(figure.low(sorted)));
        row.add("high", Json.number(figure.high(sorted)));
        row.add("settings", figure.settings().json());
        row.add("bytesPerEntry", Json.number(figure.bytesPerEntry()));
        row.addProperty("buildNs", Math.round(1e6 * figure.buildMs()));
        rows.add(row);
    }

    private void addExpiry(JsonArray rows, String benchmark, ExpiryFigure figure, double ns) {
        final JsonObject row = row(benchmark, ContenderType.FLAGSTONE.title(), figure.timers());
        row.addProperty("timers", figure.timers());
        row.add("settings", figure.settings().json());
        row.addProperty("nsPerOp", ns);
        rows.add(row);
    }

    private JsonObject row(String benchmark, String impl, int entries) {
        final JsonObject row = new JsonObject();
        row.addProperty("benchmark", benchmark);
        row.addProperty("impl", impl);
        row.addProperty("entries", entries);
        row.addProperty("threads", 1);
        origin.machine().addTo(row);
        return row;
    }

    @Override
    public List<Picture> pictures() {
        return new GrowthCharts(figures, expiry).all();
    }

    /**
     * Renders the report as an HTML page.
     *
     * @return the page.
     * @throws IOException if the style sheet is missing from the jar.
     */
    @Override
    public String html() throws IOException {
        final GrowthCharts charts = new GrowthCharts(figures, expiry);
        final Page page = origin.beginPage("Flagstone: growth", "From thousands to millions");
        page.warnings(warnings());
        charts.get().ifPresent(chart -> section(page, "Get", GET_TEXT, chart));
        charts.put().ifPresent(chart -> section(page, "Put", PUT_TEXT, chart));
        charts.memory().ifPresent(chart -> section(page, "Memory", MEMORY_TEXT, chart));
        page.section("Figures", "");
        page.table(new Table(TIME_TABLE, HEAD).contenders().rows(rows()));
        page.list(refusals()).endSection();
        charts.expiry()
                .ifPresent(
                        chart -> {
                            page.section("Expiry", EXPIRY_TEXT).chart(chart);
                            page.table(new Table(EXPIRY_TABLE, EXPIRY_HEAD).rows(expiryRows()));
                            page.endSection();
                        });
        page.section("How to read it", HOW_TO_READ).endSection();
        settings().addTo(page);
        return origin.endPage(page, origin.machine().describe());
    }

    private static void section(Page page, String heading, String text, Picture chart) {
        page.section(heading, text).chart(chart).endSection();
    }
}
