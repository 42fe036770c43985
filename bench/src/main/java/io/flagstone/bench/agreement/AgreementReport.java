// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.Table;
import io.flagstone.bench.report.Wrapping;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The report of the measurement of systems that agree on each write.
 *
 * @param results the results.
 * @param origin the origin of the figures.
 */
public record AgreementReport(List<AgreementResult> results, Origin origin) implements Report {
    private static final List<String> HEAD =
            List.of("figure", "system", "median", "lowest", "highest");

    /** The meaning of the figures, and the reasons why they are unequal. */
    private static final List<String> NOTES =
            List.of(
                    "Values of 64 bytes at random ones of 10 000 keys, three members in processes"
                            + " of their own, one client in another process, all on this machine:"
                            + " they share its processors. Each round has new members, which one"
                            + " system after the other warms up; the range is that of the rounds.",
                    "At the end of each round all values were read and compared with the last put"
                            + " that was acknowledged, and so was what each member had applied.",
                    "Neither system writes its log to the device before it acknowledges, unless"
                            + " --sync is given: a killed process loses nothing, and a power cut"
                            + " of a majority of machines may lose the last writes.",
                    "For jgroups-raft: its caller is meant to be in a member's process. Here the"
                            + " leader takes the client's requests over a TCP connection, which"
                            + " is code of this benchmark and costs a hop that an embedded caller"
                            + " does not have. Flagstone's client is always outside.",
                    "For jgroups-raft: its reads are not written to the log, Flagstone's are. It"
                            + " cuts its log by snapshots, so a member that starts again loads one;"
                            + " Flagstone's replays its whole log.",
                    "Nobody writes while the killed member catches up. A leader of jgroups-raft"
                            + " sends missing entries only after a second without a request, so the"
                            + " member waits as long as there are more.",
                    "For Flagstone: a client that sends a put again does not make it twice, and the"
                            + " members keep the outcomes for that. jgroups-raft does not have"
                            + " that.",
                    "The times of a lost leader are settings rather than speed, and those of"
                            + " jgroups-raft hold for a killed process: a machine that is lost"
                            + " closes no connection.");

    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        out.println();
        TextTable.print(out, 2, HEAD, rows());
        out.println();
        outcomes().forEach(line -> out.println("  " + line));
        for (final AgreementResult result : results) {
            result.settings()
                    .forEach(
                            (name, value) ->
                                    Wrapping.print(
                                            out,
                                            result.system().title() + ", " + name + ": " + value));
        }
        NOTES.forEach(note -> Wrapping.print(out, note));
        out.flush();
    }

    /** Returns a row for each figure and system; those of a figure follow each other. */
    private List<List<String>> rows() {
        final Set<String> keys = new LinkedHashSet<>();
        results.forEach(result -> result.figures().forEach(figure -> keys.add(figure.key())));
        final List<List<String>> rows = new ArrayList<>();
        for (final String key : keys) {
            for (final AgreementResult result : results) {
                for (final AgreementFigure figure : result.figures()) {
                    if (figure.key().equals(key)) {
                        rows.add(row(result.system(), figure));
                    }
                }
            }
        }
        return rows;
    }

    private static List<String> row(AgreementSystem system, AgreementFigure figure) {
        return List.of(
                figure.title(),
                system.title(),
                figure.unit().format(figure.median()),
                figure.unit().format(figure.lowest()),
                figure.unit().format(figure.highest()));
    }

    private List<String> outcomes() {
        final List<String> lines = new ArrayList<>();
        for (final AgreementResult result : results) {
            final String title = result.system().title() + ": ";
            if (result.failure() != null) {
                lines.add(title + "not measured: " + result.failure());
            }
            if (result.acknowledged() > 0) {
                lines.add(
                        title
                                + Units.count(result.acknowledged())
                                + " puts were acknowledged, "
                                + Units.count(result.lost())
                                + " values lost, "
                                + Units.count(result.unequalMembers())
                                + " members unequal");
            }
            result.described().forEach(text -> lines.add(title + text));
        }
        return lines;
    }

    @Override
    public String json() {
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        final JsonArray array = new JsonArray();
        for (final AgreementResult result : results) {
            final JsonObject json = new JsonObject();
            json.addProperty("system", result.system().title());
            json.addProperty("failure", result.failure());
            final JsonObject settings = new JsonObject();
            result.settings().forEach(settings::addProperty);
            json.add("settings", settings);
            json.addProperty("acknowledged", result.acknowledged());
            json.addProperty("lost", result.lost());
            json.addProperty("unequalMembers", result.unequalMembers());
            for (final AgreementFigure figure : result.figures()) {
                json.add(figure.key(), json(figure));
            }
            array.add(json);
        }
        root.add("figures", array);
        return Json.render(root);
    }

    private static JsonObject json(AgreementFigure figure) {
        final JsonObject json = new JsonObject();
        json.addProperty("median", figure.median());
        json.addProperty("lowest", figure.lowest());
        json.addProperty("highest", figure.highest());
        final JsonArray rounds = new JsonArray();
        figure.rounds().forEach(rounds::add);
        json.add("rounds", rounds);
        return json;
    }

    @Override
    public String html() throws IOException {
        final Page page = origin.beginPage("Agreement", "Flagstone's cluster and a peer");
        page.section("Figures", "");
        page.table(
                new Table("Median, lowest and highest of the rounds.", HEAD).text(1).rows(rows()));
        page.list(outcomes()).list(NOTES).endSection();
        page.section("Settings", "");
        page.table(settings());
        page.endSection();
        return origin.endPage(page, "All processes ran on one machine.");
    }

    private Table settings() {
        final Map<String, List<String>> rows = new LinkedHashMap<>();
        for (final AgreementResult result : results) {
            result.settings()
                    .forEach(
                            (name, value) ->
                                    rows.computeIfAbsent(name, key -> new ArrayList<>())
                                            .add(value));
        }
        final List<String> head = new ArrayList<>(List.of("setting"));
        results.forEach(result -> head.add(result.system().title()));
        final Table table = new Table("The settings that the figures depend on.", head);
        for (int column = 1; column < head.size(); column++) {
            table.text(column);
        }
        rows.forEach(
                (name, values) -> {
                    final List<String> row = new ArrayList<>(List.of(name));
                    row.addAll(values);
                    table.rows(List.of(row));
                });
        return table;
    }
}
