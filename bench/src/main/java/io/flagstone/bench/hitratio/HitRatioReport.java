// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.CurveChart;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Report;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
                    "budget",
                    "used",
                    "hits",
                    "hit ratio %",
                    "entries held",
                    "B/entry",
                    "");
    private static final String OVER_BUDGET = "over budget, cannot be smaller";

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
        out.println();
        out.println(title());
        TextTable.print(out, HEAD, rows());
        refusals().forEach(refusal -> out.println("  - " + refusal));
        out.flush();
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
    public String html() throws IOException {
        final Page page = new Page("Flagstone: hit ratio", "Hit ratio at equal bytes", title());
        page.section("Hit ratio by budget", HOW_TO_READ);
        origin.warnings().forEach(page::paragraph);
        final List<CurveChart.Curve> curves = new ArrayList<>();
        for (final String impl : figures.stream().map(HitRatioFigure::impl).distinct().toList()) {
            final List<HitRatioFigure> of =
                    figures.stream()
                            .filter(one -> one.impl().equals(impl) && one.refused() == null)
                            .filter(one -> !one.overBudget())
                            .toList();
            if (!of.isEmpty()) {
                curves.add(
                        new CurveChart.Curve(
                                impl,
                                of.stream().mapToDouble(HitRatioFigure::budgetBytes).toArray(),
                                of.stream().mapToDouble(one -> 100 * one.hitRatio()).toArray()));
            }
        }
        page.chart(
                CurveChart.svg(
                        "hit-ratio",
                        "Hit ratio by budget",
                        "bytes",
                        "hit ratio, %",
                        false,
                        curves));
        page.table(HEAD, rows());
        refusals().forEach(page::paragraph);
        page.endSection();
        page.section("How to repeat it", "").code(origin.command()).endSection();
        return page.render(origin.machine().describe());
    }
}
