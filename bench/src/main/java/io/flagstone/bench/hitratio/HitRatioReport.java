// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.Axis;
import io.flagstone.bench.report.Line;
import io.flagstone.bench.report.LineChart;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.SettingsTable;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;

/**
 * The report of the command {@code hit-ratio}.
 *
 * @param run the run that measured the figures.
 * @param figures the figures, in the order of the report.
 * @param origin the origin of the figures.
 */
public record HitRatioReport(HitRatioRun run, List<HitRatioFigure> figures, Origin origin)
        implements Report {
    private static final List<String> HEAD =
            List.of(
                    "contender",
                    "budget, B",
                    "used, B",
                    "hits",
                    "hit ratio %",
                    "entries held",
                    "B/entry",
                    "");
    private static final String OVER_BUDGET = "over budget, cannot be smaller";

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");

    private static final String CHART =
            "the share of requests that hit, when every contender has the same number of bytes;"
                    + " more is better.";
    private static final String TABLE =
            "Budget and use in bytes, the requests that hit and their share, the entries at the"
                    + " end, and the bytes of an entry in a full contender.";
    private static final String HOW_TO_READ =
            "Each request is a get and, if the get misses, a put. Every contender has the same"
                + " number of bytes: the bytes of a full contender (heap, direct and native) are"
                + " measured first, and it is created for as many entries as fit. A contender that"
                + " cannot be made as small is marked and not drawn. ideal-lru is exact LRU where"
                + " an entry takes its key, its value and 48 bytes. Sizes in the trace are"
                + " ignored.";

    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        settings().print(out);
        out.println();
        out.println(title());
        TextTable.print(out, HEAD, rows());
        refusals().forEach(refusal -> out.println("  - " + refusal));
        out.flush();
    }

    private SettingsTable settings() {
        final SettingsTable table = new SettingsTable();
        figures.forEach(
                figure ->
                        table.add(
                                String.format(
                                        Locale.ROOT,
                                        "%s, %,d bytes of budget",
                                        figure.impl(),
                                        figure.budgetBytes()),
                                figure.settings()));
        return table;
    }

    private String title() {
        return String.format(
                Locale.ROOT,
                "%s (%s), values of %d bytes",
                run.trace().getFileName(),
                run.format(),
                run.valueBytes());
    }

    private List<List<String>> rows() {
        return figures.stream()
                .filter(figure -> figure.refused() == null)
                .map(
                        figure ->
                                List.of(
                                        figure.impl(),
                                        String.format(Locale.ROOT, "%,d", figure.budgetBytes()),
                                        String.format(Locale.ROOT, "%,d", figure.usedBytes()),
                                        String.format(Locale.ROOT, "%,d", figure.hits()),
                                        String.format(Locale.ROOT, "%.2f", 100 * figure.hitRatio()),
                                        String.format(Locale.ROOT, "%,d", figure.entries()),
                                        String.format(Locale.ROOT, "%,.1f", figure.bytesPerEntry()),
                                        figure.overBudget() ? OVER_BUDGET : ""))
                .toList();
    }

    private List<String> refusals() {
        return figures.stream()
                .filter(figure -> figure.refused() != null)
                .map(figure -> figure.impl() + ": " + figure.refused())
                .distinct()
                .toList();
    }

    @Override
    public String json() {
        final JsonArray rows = new JsonArray();
        for (final HitRatioFigure figure : figures) {
            final JsonObject row = new JsonObject();
            row.addProperty("benchmark", "hit-ratio");
            row.addProperty("impl", figure.impl());
            row.addProperty("trace", run.trace().getFileName().toString());
            row.addProperty("valueBytes", run.valueBytes());
            row.addProperty("budgetBytes", figure.budgetBytes());
            row.addProperty("refused", figure.refused());
            if (figure.refused() == null) {
                row.add("settings", figure.settings().json());
                row.addProperty("requests", figure.requests());
                row.addProperty("hits", figure.hits());
                row.addProperty("hitRatio", figure.hitRatio());
                row.addProperty("entries", figure.entries());
                row.addProperty("usedBytes", figure.usedBytes());
                row.addProperty("overBudget", figure.overBudget());
                row.addProperty("bytesPerEntry", figure.bytesPerEntry());
            }
            origin.machine().addTo(row);
            rows.add(row);
        }
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        root.add("rows", rows);
        return Json.render(root);
    }

    @Override
    public List<Picture> pictures() {
        final List<Line> lines =
                figures.stream()
                        .map(HitRatioFigure::impl)
                        .distinct()
                        .map(this::drawn)
                        .filter(of -> !of.isEmpty())
                        .map(HitRatioReport::line)
                        .toList();
        if (lines.isEmpty()) {
            return List.of();
        }
        final LongSummaryStatistics budgets =
                figures.stream().mapToLong(HitRatioFigure::budgetBytes).summaryStatistics();
        final double most =
                lines.stream().flatMapToDouble(l -> Arrays.stream(l.y())).max().orElse(0);
        return List.of(
                LineChart.draw(
                        "hit-ratio",
                        "Hit ratio by budget",
                        LineChart.Size.WIDE,
                        Axis.binary(
                                "budget, bytes (logarithmic)",
                                budgets.getMin(),
                                budgets.getMax(),
                                HitRatioReport::size),
                        Axis.fromZero("hit ratio, %", most),
                        lines));
    }

    private List<HitRatioFigure> drawn(String impl) {
        return figures.stream()
                .filter(one -> one.impl().equals(impl) && one.refused() == null)
                .filter(one -> !one.overBudget())
                .toList();
    }

    private static Line line(List<HitRatioFigure> of) {
        final String impl = of.get(0).impl();
        return new Line(
                impl,
                Look.of(impl),
                of.stream().mapToDouble(HitRatioFigure::budgetBytes).toArray(),
                of.stream().mapToDouble(one -> 100 * one.hitRatio()).toArray(),
                Line.Form.MARKED);
    }

    /** Formats a power of two in the largest unit that has a whole number of it. */
    private static String size(double bytes) {
        double scaled = bytes;
        int unit = 0;
        while (scaled >= 1024 && unit < UNITS.size() - 1) {
            scaled /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.0f %s", scaled, UNITS.get(unit));
    }

    @Override
    public String html() throws IOException {
        final Page page = origin.beginPage("Flagstone: hit ratio", "Hit ratio at equal bytes");
        page.section("Hit ratio by budget", title() + ": " + CHART);
        pictures().forEach(page::chart);
        page.table(new Table(TABLE, HEAD).contenders().text(HEAD.size() - 1).rows(rows()));
        page.list(refusals());
        page.endSection();
        page.section("How to read it", HOW_TO_READ).endSection();
        settings().addTo(page);
        return origin.endPage(page, origin.machine().describe());
    }
}
