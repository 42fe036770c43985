// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.SettingsTable;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The report of the command {@code compare}.
 *
 * @param figures the figures, in the order of the report.
 * @param profiles the hottest methods; may be empty.
 * @param origin the origin of the figures.
 */
public record CompareReport(List<CompareFigure> figures, List<Profile> profiles, Origin origin)
        implements Report {
    private static final String HOW_TO_READ_PROFILES =
            "Samples of Flight Recorder every 10 ms, in a further JVM for each contender and"
                + " operation that is not part of the figures. A sample counts for the innermost"
                + " Java method, inlined or not; threads in native code are not sampled.";
    private static final String HOW_TO_READ =
            "Medians over all iterations of all rounds, with their minimum and maximum if there are"
                + " several rounds. Contenders alternate, each in a fresh JVM. × flagstone is the"
                + " median divided by Flagstone's; its range is the range of the ratios of single"
                + " rounds. The verdict is faster or slower if all rounds agree. Reads are chained:"
                + " each key depends on the value before it, except in floor-throughput. Every read"
                + " asserts that it hits.";

    private static final String TABLE =
            "Nanoseconds of an operation of one thread, millions of operations a second of all"
                    + " threads, bytes allocated on the heap by an operation, and the time as a"
                    + " multiple of Flagstone's (above 1, Flagstone is faster), with a verdict"
                    + " if there are several rounds.";
    private static final String CHART =
            "One operation is %s. Bars are medians over all rounds, whiskers the lowest and the"
                    + " highest iteration. Lower is better.";
    private static final String OVERVIEW =
            "The time of an operation as a multiple of Flagstone's, by operation and number of"
                    + " entries: above 1, Flagstone is faster.";
    private static final List<String> CONFIGURATION_HEAD = List.of("contender", "configuration");

    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        settings().print(out);
        for (final CompareTable table : CompareTable.split(figures)) {
            out.println();
            out.println(table.title());
            out.println("  " + table.description());
            table.warnings().forEach(out::println);
            if (table.hasBars()) {
                TextTable.print(out, CompareTable.HEAD, table.rows());
            }
            table.refusals().forEach(refusal -> out.println("  - " + refusal));
        }
        for (final Profile profile : profiles) {
            out.println();
            out.println(profile.title());
            out.println("  " + profile.description());
            if (!profile.rows().isEmpty()) {
                TextTable.print(out, Profile.HEAD, profile.rows());
            }
        }
        out.flush();
    }

    private SettingsTable settings() {
        final SettingsTable table = new SettingsTable();
        figures.forEach(
                figure ->
                        table.add(
                                String.format(
                                        Locale.ROOT,
                                        "%s, %,d entries of %d bytes",
                                        figure.type().title(),
                                        figure.scale().entries(),
                                        figure.scale().valueBytes()),
                                figure.measurement().title(),
                                figure.settings()));
        return table;
    }

    @Override
    public String json() {
        final JsonArray rows = new JsonArray();
        for (final CompareFigure figure : figures) {
            final JsonObject row = new JsonObject();
            row.addProperty("benchmark", figure.measurement().title());
            row.addProperty("impl", figure.type().title());
            row.addProperty("entries", figure.scale().entries());
            row.addProperty("valueBytes", figure.scale().valueBytes());
            row.addProperty("keys", figure.scale().keys());
            row.addProperty("threads", figure.scale().threads());
            row.add("nsPerOp", Json.number(figure.nsPerOp()));
            row.add("low", Json.number(figure.low()));
            row.add("high", Json.number(figure.high()));
            row.add("bytesPerOp", Json.number(figure.bytesPerOp()));
            row.add("opsPerSecond", Json.number(figure.opsPerSecond()));
            row.add("ratio", Json.number(figure.ratio()));
            row.add("ratioLow", Json.number(figure.ratioLow()));
            row.add("ratioHigh", Json.number(figure.ratioHigh()));
            row.addProperty("verdict", figure.verdict());
            final JsonArray roundsNs = new JsonArray();
            figure.roundsNs().forEach(roundsNs::add);
            row.add("roundsNs", roundsNs);
            row.addProperty("samples", figure.samples());
            row.addProperty("rounds", figure.rounds());
            row.addProperty("refused", figure.refused());
            if (figure.isMeasured()) {
                row.add("settings", figure.settings().json());
            }
            origin.machine().addTo(row);
            rows.add(row);
        }
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        root.add("rows", rows);
        if (!profiles.isEmpty()) {
            final JsonArray hottest = new JsonArray();
            profiles.forEach(profile -> hottest.add(profile.json()));
            root.add("profiles", hottest);
        }
        return Json.render(root);
    }

    @Override
    public List<Picture> pictures() {
        return CompareTable.split(figures).stream()
                .filter(CompareTable::hasBars)
                .map(CompareTable::picture)
                .toList();
    }

    private Table overview(List<CompareTable> tables) {
        final List<String> head = new ArrayList<>(List.of("contender"));
        tables.forEach(table -> head.add(table.column()));
        final List<List<String>> rows = new ArrayList<>();
        for (final ContenderType type :
                figures.stream().map(CompareFigure::type).distinct().toList()) {
            final List<String> row = new ArrayList<>(List.of(type.title()));
            tables.forEach(table -> row.add(table.ratio(type)));
            rows.add(row);
        }
        return new Table(OVERVIEW, head).contenders().rows(rows);
    }

    @Override
    public String html() throws IOException {
        final Page page = origin.beginPage("Flagstone: comparison", "Flagstone and other caches");
        final List<CompareTable> tables = CompareTable.split(figures);
        if (tables.size() > 1) {
            page.section("At a glance", "").table(overview(tables)).endSection();
        }
        for (final CompareTable table : tables) {
            page.section(table.title(), String.format(CHART, table.description()));
            page.warnings(table.warnings());
            if (table.hasBars()) {
                page.chart(table.picture());
                page.table(table.table(TABLE));
            }
            page.list(table.refusals()).endSection();
        }
        page.section("How to read it", HOW_TO_READ);
        final TreeMap<String, String> configurations = new TreeMap<>();
        figures.forEach(
                figure -> configurations.put(figure.type().title(), figure.type().configuration()));
        page.table(
                new Table("The configuration of each contender.", CONFIGURATION_HEAD)
                        .contenders()
                        .text(1)
                        .rows(
                                configurations.entrySet().stream()
                                        .map(entry -> List.of(entry.getKey(), entry.getValue()))
                                        .toList()));
        page.endSection();
        if (!profiles.isEmpty()) {
            profiles(page);
        }
        settings().addTo(page);
        return origin.endPage(page, origin.machine().describe());
    }

    private void profiles(Page page) {
        page.section("Hottest methods", HOW_TO_READ_PROFILES);
        final Map<Boolean, List<Profile>> sampled =
                profiles.stream().collect(Collectors.partitioningBy(one -> !one.rows().isEmpty()));
        sampled.get(true).forEach(profile -> page.table(profile.table()));
        page.list(sampled.get(false).stream().map(Profile::lack).toList()).endSection();
    }
}
