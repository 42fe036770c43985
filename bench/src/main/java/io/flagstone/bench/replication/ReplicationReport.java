// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.Table;
import io.flagstone.bench.report.Wrapping;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The report of the measurement of replication.
 *
 * @param figures the figures.
 * @param origin the origin of the figures.
 */
public record ReplicationReport(List<ReplicationFigure> figures, Origin origin) implements Report {
    private static final double MICROSECOND_NS = 1_000.0;
    private static final List<String> HEAD =
            List.of(
                    "pair",
                    "replicas",
                    "changes/s",
                    "lowest",
                    "highest",
                    "lag p50",
                    "p99",
                    "p99.9",
                    "max");

    /** The meaning of the figures, and the reasons why they are unequal. */
    private static final List<String> NOTES =
            List.of(
                    "Changes/s: writes of 64-byte values to 100 000 keys as fast as the primary"
                        + " takes them, until the last replica shows the last one; the median of"
                        + " the rounds, which have a range.",
                    "Lag: from the moment before the write of a value to the moment at which a"
                        + " reader of the slowest replica has read it, at a steady pace of writes."
                        + " The reader looks at one key again and again.",
                    "All processes share this machine, and with it the processors. So more replicas"
                            + " are slower here than on machines of their own.",
                    "Flagstone's primary is in the process that writes, and its replica in the"
                        + " process that reads. Redis has both in servers of its own, so a write"
                        + " and a read cross the loopback interface in addition; its client does"
                        + " not wait for each reply. Hazelcast has a member in each process; a put"
                        + " waits for the member that owns the key, which is the other one for half"
                        + " of the keys.",
                    "Hazelcast has one writer that waits for each put, so its changes/s are round"
                            + " trips; at a pace that it does not reach, its lags are those of a"
                            + " queue.",
                    "No primary waits until replicas have a write. Flagstone's writer waits if its"
                            + " replicas are two MiB of changes behind, Redis' client if 1 000"
                            + " commands have no reply.");

    @Override
    public void print(PrintWriter out) {
        origin.print(out);
        out.println();
        TextTable.print(out, HEAD, rows());
        failures().forEach(line -> out.println("  " + line));
        NOTES.forEach(note -> Wrapping.print(out, note));
        out.flush();
    }

    private List<List<String>> rows() {
        final List<List<String>> rows = new ArrayList<>();
        for (final ReplicationFigure figure : figures) {
            final List<String> row = new ArrayList<>();
            row.add(figure.pair().title());
            row.add(Integer.toString(figure.replicas()));
            if (figure.failure() == null) {
                row.add(count(figure.changesPerSecond()));
                row.add(count(figure.lowest()));
                row.add(count(figure.highest()));
                figure.lags().forEach(ns -> row.add(count(ns / MICROSECOND_NS) + " \u00b5s"));
            }
            while (row.size() < HEAD.size()) {
                row.add("\u2013");
            }
            rows.add(row);
        }
        return rows;
    }

    private List<String> failures() {
        return figures.stream()
                .filter(figure -> figure.failure() != null)
                .map(
                        figure ->
                                "%s, %d: not measured: %s"
                                        .formatted(
                                                figure.pair().title(),
                                                figure.replicas(),
                                                figure.failure()))
                .toList();
    }

    private static String count(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    @Override
    public String json() {
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        final JsonArray array = new JsonArray();
        for (final ReplicationFigure figure : figures) {
            final JsonObject json = new JsonObject();
            json.addProperty("pair", figure.pair().title());
            json.addProperty("replicas", figure.replicas());
            json.addProperty("failure", figure.failure());
            if (figure.failure() == null) {
                json.addProperty("changesPerSecond", figure.changesPerSecond());
                json.addProperty("lowestChangesPerSecond", figure.lowest());
                json.addProperty("highestChangesPerSecond", figure.highest());
                json.addProperty("pacePerSecond", figure.pacePerSecond());
                json.addProperty("looks", figure.looks());
                json.addProperty("lagP50Ns", figure.lags().get(0));
                json.addProperty("lagP99Ns", figure.lags().get(1));
                json.addProperty("lagP999Ns", figure.lags().get(2));
                json.addProperty("lagMaxNs", figure.lags().get(3));
            }
            array.add(json);
        }
        root.add("figures", array);
        return Json.render(root);
    }

    @Override
    public String html() throws IOException {
        final Page page = origin.beginPage("Replication", "Flagstone replication");
        page.section("Changes a second, and lag", "");
        page.table(
                new Table("Changes a second, and the lag of the slowest replica.", HEAD)
                        .rows(rows()));
        page.list(failures());
        page.list(NOTES).endSection();
        return origin.endPage(page, "All processes ran on one machine.");
    }
}
