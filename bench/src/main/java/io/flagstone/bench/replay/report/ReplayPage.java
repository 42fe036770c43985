// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.api.MemoryReport;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.Operation;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Page.Fact;
import io.flagstone.bench.report.Page.Figure;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Renders the report of a replay as a page with charts. */
final class ReplayPage {
    private static final String FOOTER =
            "A request is a lookup by a get or an update, which hits or misses. Operations are"
                    + " requests, puts and changes of the time to live; their rate is their number"
                    + " divided by the time spent in them.";

    private final Setup setup;
    private final ReplayResult result;
    private final CourseCharts charts;

    /**
     * Creates a renderer.
     *
     * @param setup the input and the settings.
     * @param result the result of the replay.
     */
    ReplayPage(Setup setup, ReplayResult result) {
        this.setup = setup;
        this.result = result;
        this.charts = new CourseCharts(setup, result.samples());
    }

    /** Draws all charts of the page. */
    List<Picture> pictures() {
        return List.of(
                LatencyChart.draw(result.latencies()),
                charts.hitRatio(),
                charts.entries(),
                charts.memory(result.memory().budgetBytes()));
    }

    /**
     * Renders the page.
     *
     * @param origin the origin of the figures.
     * @return the page.
     * @throws IOException if the style sheet is missing from the jar.
     */
    String render(Origin origin) throws IOException {
        final Page page =
                origin.beginPage("Replay: " + setup.input(), "Flagstone replay: " + setup.input());
        page.figures(figures());
        problems(page);
        latency(page);
        course(page);
        staleQuote(page);
        page.pair();
        memory(page);
        settings(page);
        page.endPair();
        return origin.endPage(page, FOOTER);
    }

    private List<Figure> figures() {
        final Histogram all = result.latencies().all();
        final boolean clean = result.audit().clean();
        return List.of(
                new Figure(Units.count(result.requests()), "requests"),
                new Figure(Units.percent(result.hitRatio()), "hit ratio"),
                new Figure(Units.count(result.statistics().evictions()), "evictions"),
                new Figure(Units.count(result.statistics().expirations()), "expirations"),
                new Figure(
                        Units.rate(result.latencies().operationsPerSecond()),
                        "operations in the cache"),
                new Figure(Units.nanos(Percentile.P99.of(all)), "99th percentile of latency"),
                differences(),
                new Figure(
                        clean ? "clean" : "failed", "audit of the cache", Page.Verdict.of(clean)));
    }

    private Figure differences() {
        if (result.differences() == null) {
            return new Figure("\u2013", "differences: not checked");
        }
        final long total = result.differences().total();
        return new Figure(
                Units.count(total), "differences from the model", Page.Verdict.of(total == 0));
    }

    private void problems(Page page) {
        if (result.passed()) {
            return;
        }
        final List<String> items = new ArrayList<>();
        if (!result.audit().clean()) {
            items.add("audit: " + result.audit().finding());
        }
        if (result.staleQuote() != null && result.staleQuote().foundAfter()) {
            items.add("a quote was found after its time to live");
        }
        if (result.differences() != null) {
            items.addAll(result.differences().lines());
        }
        page.section("Problems found", "").list(items).endSection();
    }

    private void latency(Page page) {
        page.section(
                "Latency by percentile",
                "How long the slowest operations take: to the right are rarer ones. Each operation"
                        + " is timed separately; a time includes two readings of the clock.");
        page.chart(LatencyChart.draw(result.latencies()));
        final List<String> head = new ArrayList<>(List.of("operation", "count"));
        Arrays.stream(Percentile.values()).map(Percentile::title).forEach(head::add);
        final List<List<String>> rows = new ArrayList<>();
        for (final Operation operation : Operation.values()) {
            addLatency(rows, operation.title(), result.latencies().of(operation));
        }
        addLatency(rows, "all operations", result.latencies().all());
        page.table(
                new Table("Times in ns: 99 % of the operations took at most p99.", head)
                        .sum()
                        .rows(rows));
        page.paragraph(ReplayNotes.latency(result)).endSection();
    }

    private static void addLatency(List<List<String>> rows, String name, Histogram histogram) {
        if (histogram.getTotalCount() > 0) {
            final List<String> row =
                    new ArrayList<>(List.of(name, Units.count(histogram.getTotalCount())));
            for (final Percentile percentile : Percentile.values()) {
                row.add(Units.count(percentile.of(histogram)));
            }
            rows.add(row);
        }
    }

    private void course(Page page) {
        page.section(
                "Hit ratio",
                "The share of requests that found a live value: "
                        + Units.count(result.hits())
                        + " hits, "
                        + Units.count(result.misses())
                        + " misses.");
        page.paragraph(ReplayNotes.requests(setup, result));
        page.chart(charts.hitRatio()).endSection();
        page.pair();
        page.section("Entries", "Entries held, including expired ones that are not yet reclaimed.");
        page.chart(charts.entries()).endSection();
        page.section(
                "Memory used",
                "Of a budget of "
                        + Units.bytes(result.memory().budgetBytes())
                        + "; free chunks and slabs are not counted.");
        page.chart(charts.memory(result.memory().budgetBytes())).endSection();
        page.endPair();
    }

    private void memory(Page page) {
        final MemoryReport memory = result.memory();
        final List<List<String>> rows = new ArrayList<>();
        final List<Double> shares = new ArrayList<>();
        for (final MemoryPart part : MemoryPart.values()) {
            rows.add(List.of(part.title(), Units.count(part.of(memory))));
            shares.add(100.0 * part.of(memory) / memory.budgetBytes());
        }
        rows.add(List.of("budget", Units.count(memory.budgetBytes())));
        page.section("Memory at the end", Units.count(memory.entries()) + " entries.");
        page.table(
                new Table("The parts of the budget, in bytes.", List.of("part", "bytes"))
                        .sum()
                        .rows(rows)
                        .shares(shares));
        page.paragraph(ReplayNotes.memory(memory)).endSection();
    }

    private void staleQuote(Page page) {
        if (result.staleQuote() != null) {
            page.section(
                    QuoteLines.HEADING.substring(0, 1).toUpperCase(Locale.ROOT)
                            + QuoteLines.HEADING.substring(1),
                    "");
            page.table(
                    new Table("Times in UTC.", List.of("time", "event"))
                            .text(1)
                            .longNames()
                            .rows(QuoteLines.of(result.staleQuote())));
            page.endSection();
        }
    }

    private void settings(Page page) {
        final List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(setup.step() + " replayed", Units.count(result.steps())));
        facts.add(new Fact("too large, not cached", Units.count(result.tooLarge())));
        facts.add(new Fact("steps back in time (clock held)", Units.count(result.heldBack())));
        facts.add(new Fact("duration of the replay", Units.nanos(result.wallNs())));
        facts.add(new Fact("differences", Verdict.differences(result)));
        facts.add(new Fact("audit", Verdict.audit(result)));
        setup.addTo(
                page,
                "The cache, the input, and the results of the checks.",
                facts,
                result.configuration());
    }
}
