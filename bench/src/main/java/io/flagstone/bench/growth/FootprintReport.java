// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.BarChart;
import io.flagstone.bench.report.BarChart.Bar;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reports of the memory of contenders, for people and for programs.
 *
 * @param figures the figures, in the order of the report.
 * @param origin the origin of the figures.
 */
public record FootprintReport(List<GrowthFigure> figures, Origin origin) implements Report {
    private static final List<String> HEAD =
            List.of(
                    "contender",
                    "held",
                    "heap",
                    "direct",
                    "native",
                    "B/entry",
                    "overhead",
                    "resident",
                    "held, full",
                    "B/entry, full",
                    "overhead, full");

    private static final String CHART =
            "The bytes that a full contender takes for each entry in addition to its key and its"
                    + " value; less is better.";
    private static final String TABLE =
            "Numbers of entries, and bytes for each entry held: after the fill, and full, after"
                    + " four times as many new keys.";

    private static final String HOW_TO_READ =
            "Bytes for each held entry: live heap after collections, direct buffers as the JVM"
                + " counts them, and native memory as the contender counts it. Resident memory of"
                + " the process is the cross-check. Overhead is everything except the eight bytes"
                + " of the key and the value. Both are empty if less than key and value was"
                + " measured, which happens with few entries. Full: after four times as many new"
                + " keys were put. Judge contenders with a budget of bytes by these figures.";

    /**
     * Prints the tables.
     *
     * @param out where to print.
     */
    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        GrowthFigure.settings(figures).print(out);
        groups().forEach(
                        (title, group) -> {
                            out.println();
                            out.println(title);
                            TextTable.print(out, HEAD, rows(group));
                            refusals(group).forEach(refusal -> out.println("  - " + refusal));
                        });
        out.flush();
    }

    private Map<String, List<GrowthFigure>> groups() {
        final Map<String, List<GrowthFigure>> groups = new LinkedHashMap<>();
        for (final GrowthFigure figure : figures) {
            final String title =
                    String.format(
                            Locale.ROOT,
                            "memory, %,d entries of %d bytes",
                            figure.entries(),
                            figure.valueBytes());
            groups.computeIfAbsent(title, absent -> new ArrayList<>()).add(figure);
        }
        return groups;
    }

    private static List<List<String>> rows(List<GrowthFigure> group) {
        return group.stream()
                .filter(figure -> figure.refused() == null)
                .map(
                        figure -> {
                            final GrowthFork.Reply memory = figure.memory();
                            final double held = memory.held();
                            return List.of(
                                    figure.type().title(),
                                    count(memory.held()),
                                    bytes(memory.full().heapBytes() / held),
                                    bytes(memory.full().directBytes() / held),
                                    bytes(memory.full().nativeBytes() / held),
                                    bytes(figure.bytesPerEntry()),
                                    bytes(figure.overheadBytes()),
                                    bytes(figure.residentPerEntry()),
                                    count(memory.brimEntries()),
                                    bytes(figure.brimBytesPerEntry()),
                                    bytes(figure.brimOverheadBytes()));
                        })
                .toList();
    }

    private static List<String> refusals(List<GrowthFigure> group) {
        return group.stream()
                .filter(figure -> figure.refused() != null)
                .map(figure -> figure.type().title() + ": " + figure.refused())
                .toList();
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String bytes(double number) {
        return Double.isNaN(number) ? "" : String.format(Locale.ROOT, "%,.1f", number);
    }

    /**
     * Renders the report for programs.
     *
     * @return a JSON object with a row for each figure.
     */
    @Override
    public String json() {
        final JsonArray rows = new JsonArray();
        for (final GrowthFigure figure : figures) {
            final JsonObject row = new JsonObject();
            row.addProperty("benchmark", "memory");
            row.addProperty("impl", figure.type().title());
            row.addProperty("entries", figure.entries());
            row.addProperty("valueBytes", figure.valueBytes());
            row.addProperty("refused", figure.refused());
            if (figure.refused() == null) {
                final Footprint full = figure.memory().full();
                row.add("settings", figure.settings().json());
                row.addProperty("held", figure.memory().held());
                row.addProperty("heapBytes", full.heapBytes());
                row.addProperty("directBytes", full.directBytes());
                row.addProperty("nativeBytes", full.nativeBytes());
                row.addProperty("rssBytes", full.residentBytes());
                row.add("bytesPerEntry", Json.number(figure.bytesPerEntry()));
                row.add("overheadBytes", Json.number(figure.overheadBytes()));
                row.addProperty("heldFull", figure.memory().brimEntries());
                row.add("bytesPerEntryFull", Json.number(figure.brimBytesPerEntry()));
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
        return groups().entrySet().stream()
                .flatMap(group -> picture(group.getKey(), group.getValue()).stream())
                .toList();
    }

    private static Optional<Picture> picture(String title, List<GrowthFigure> group) {
        final List<Bar> bars =
                group.stream()
                        .filter(figure -> figure.refused() == null)
                        .filter(figure -> !Double.isNaN(figure.brimOverheadBytes()))
                        .map(FootprintReport::bar)
                        .toList();
        final GrowthFigure first = group.get(0);
        return bars.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        BarChart.draw(
                                "memory-" + first.entries() + "-" + first.valueBytes() + "b",
                                title,
                                "overhead of a full contender, bytes an entry",
                                bars));
    }

    private static Bar bar(GrowthFigure figure) {
        return new Bar(
                figure.type().title(),
                Look.of(figure.type().title()),
                figure.brimOverheadBytes(),
                Double.NaN,
                Double.NaN);
    }

    /**
     * Renders the report as an HTML page.
     *
     * @return the page.
     * @throws IOException if the style sheet is missing from the jar.
     */
    @Override
    public String html() throws IOException {
        final Page page = origin.beginPage("Flagstone: memory", "Memory of an entry");
        groups().forEach(
                        (title, group) -> {
                            page.section(title, CHART);
                            picture(title, group).ifPresent(page::chart);
                            page.table(new Table(TABLE, HEAD).contenders().rows(rows(group)));
                            page.list(refusals(group)).endSection();
                        });
        page.section("How to read it", HOW_TO_READ).endSection();
        GrowthFigure.settings(figures).addTo(page);
        return origin.endPage(page, origin.machine().describe());
    }
}
