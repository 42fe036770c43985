// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.cluster;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Page.Fact;
import io.flagstone.bench.report.Page.Figure;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.Table;
import io.flagstone.bench.report.Wrapping;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The report of the tape in a cluster.
 *
 * @param result the result.
 * @param origin the origin of the figures.
 */
public record ClusterReport(ClusterResult result, Origin origin) implements Report {
    private static final int WIDTH = 96;
    private static final double MILLISECOND_NS = 1_000_000.0;

    /** The meaning of the result. */
    private static final String NOTE =
            "Each trade of a level is a compareAndSet from the record before it, so a trade that"
                + " was lost, or made twice, makes the next one fail. At the end all levels were"
                + " read through the log and compared with a model, and the members compared the"
                + " digests of a snapshot. All processes ran on this machine, with threads that"
                + " sleep: the times are no measurement of a cluster.";

    @Override
    public void print(PrintWriter out) {
        origin.warnings().forEach(out::println);
        row(
                out,
                "cluster",
                MemberNode.MEMBERS
                        + " members in processes of their own, over UDP on"
                        + " the loopback interface");
        row(
                out,
                "seed",
                result.seed() + "  (--seed " + result.seed() + " kills at the same trade)");
        out.println();
        out.printf("%12s  %s%n", "trade", "event");
        for (final List<String> line : course()) {
            final List<String> wrapped = Wrapping.lines(line.get(1), WIDTH - 14);
            for (int i = 0; i < wrapped.size(); i++) {
                out.printf("%12s  %s%n", i == 0 ? line.get(0) : "", wrapped.get(i));
            }
        }
        out.println();
        row(out, "lost", Units.count(result.lost()) + " of the trades that were acknowledged");
        row(out, "made twice", Units.count(result.twice()));
        row(out, "equal members", equalMembers());
        row(out, "differences", Units.count(result.differences()));
        result.described().forEach(text -> out.println("  - " + text));
        Wrapping.lines(NOTE, WIDTH).forEach(line -> out.println("  " + line));
        out.flush();
    }

    private static void row(PrintWriter out, String name, String value) {
        out.printf("%-17s %s%n", name, value);
    }

    /** Returns what happened, in order: the trade of the tape and the event. */
    private List<List<String>> course() {
        return List.of(
                List.of(
                        Units.count(result.killTrade()),
                        "member "
                                + result.killedMember()
                                + ", the leader, is killed after it has acknowledged this trade"),
                List.of(
                        "",
                        "member "
                                + result.newLeader()
                                + " leads; the longest time without an answer was "
                                + millis(result.silenceNs())),
                List.of(
                        Units.count(result.trades()),
                        "the tape ends, after " + millis(result.tapeNs())),
                List.of(
                        "",
                        "member "
                                + result.killedMember()
                                + " has everything, "
                                + millis(result.joinedNs())
                                + " after it was started again"));
    }

    private static String millis(long ns) {
        return String.format(Locale.ROOT, "%,.0f ms", ns / MILLISECOND_NS);
    }

    @Override
    public String json() {
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        final JsonObject figures = new Gson().toJsonTree(result).getAsJsonObject();
        for (final Map.Entry<String, JsonElement> figure : figures.entrySet()) {
            root.add(figure.getKey(), figure.getValue());
        }
        root.addProperty("differences", result.differences());
        return Json.render(root);
    }

    @Override
    public String html() throws IOException {
        final Page page =
                origin.beginPage(
                        "The trade tape in a cluster", "Flagstone cluster: the trade tape");
        page.figures(
                List.of(
                        new Figure(Units.count(result.trades()), "trades"),
                        new Figure(
                                Units.count(
                                        result.trades()
                                                * TimeUnit.SECONDS.toNanos(1)
                                                / result.tapeNs()),
                                "trades a second, the election included"),
                        new Figure(
                                Units.count(result.lost()),
                                "lost",
                                Page.Verdict.of(result.lost() == 0)),
                        new Figure(
                                Units.count(result.differences()),
                                "differences",
                                Page.Verdict.of(result.differences() == 0))));
        page.section("What happened", "");
        page.table(
                        new Table("Numbers of trades, from the first.", List.of("trade", "event"))
                                .text(1)
                                .rows(course()))
                .endSection();
        page.section("What was compared", "Each answer, all levels at the end, and the members.");
        page.facts(facts()).list(result.described()).endSection();
        return origin.endPage(page, NOTE);
    }

    private List<Fact> facts() {
        return List.of(
                new Fact("members", Integer.toString(MemberNode.MEMBERS)),
                new Fact("seed", Long.toString(result.seed())),
                new Fact("answers", Units.count(result.trades())),
                new Fact("answers that differ", Units.count(result.wrongAnswers())),
                new Fact("price levels", Units.count(result.levels())),
                new Fact("levels that differ", Units.count(result.wrongLevels())),
                new Fact("trades lost", Units.count(result.lost())),
                new Fact("trades made twice", Units.count(result.twice())),
                new Fact("members with the leader's digest", equalMembers()),
                new Fact("duration of the tape", millis(result.tapeNs())));
    }

    private String equalMembers() {
        return result.equalMembers() + " of " + MemberNode.MEMBERS;
    }
}
