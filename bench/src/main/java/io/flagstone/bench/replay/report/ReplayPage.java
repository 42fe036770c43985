// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.api.MemoryReport;
import io.flagstone.bench.replay.Operation;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.report.Html;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.verify.Difference;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Renders the report of a replay as a page with charts. */
final class ReplayPage {
    private final Page frame;
    private final StringBuilder page;
    private final Setup setup;
    private final ReplayResult result;

    private ReplayPage(Setup setup, ReplayResult result) throws IOException {
        this.frame = new Page("Replay: " + setup.input(), "Flagstone replay", setup.input());
        this.page = frame.markup();
        this.setup = setup;
        this.result = result;
    }

    /**
     * Renders a report.
     *
     * @param setup the input and the settings.
     * @param result the result of the replay.
     * @return the page.
     * @throws IOException if the charts cannot be drawn.
     */
    static String render(Setup setup, ReplayResult result) throws IOException {
        return new ReplayPage(setup, result).render();
    }

    private String render() throws IOException {
        figures();
        differences();
        latency();
        course();
        page.append("<div class=\"pair\">\n");
        memory();
        settings();
        page.append("</div>\n");
        return frame.render(footer());
    }

    private void figures() {
        final Histogram all = result.latencies().all();
        page.append("<div class=\"figures\">\n");
        figure("", Units.count(result.requests()), "requests");
        figure("", Units.percent(result.hitRatio()), "hit ratio");
        figure("", Units.count(result.statistics().evictions()), "evictions");
        figure("", Units.count(result.statistics().expirations()), "expirations");
        figure("", Units.rate(result.latencies().operationsPerSecond()), "operations in the cache");
        figure("", Units.nanos(Percentile.P99.of(all)), "99th percentile of latency");
        if (result.differences() == null) {
            figure("", "\u2013", "differences: not checked");
        } else {
            final long total = result.differences().total();
            figure(mark(total == 0), Units.count(total), "differences from the model");
        }
        final boolean clean = result.audit().clean();
        figure(mark(clean), clean ? "clean" : "failed", "audit of the cache");
        page.append("</div>\n");
    }

    private static String mark(boolean good) {
        return good ? " good" : " bad";
    }

    private void figure(String mark, String value, String name) {
        page.append("<div class=\"figure").append(mark).append("\"><b>").append(Html.escape(value));
        page.append("</b><span>").append(Html.escape(name)).append("</span></div>\n");
    }

    private void differences() {
        if (result.passed()) {
            return;
        }
        page.append("<section>\n<h2>Problems found</h2>\n<ul>\n");
        if (!result.audit().clean()) {
            item("audit: " + result.audit().finding());
        }
        if (result.differences() != null) {
            for (final Map.Entry<Difference, Long> kind :
                    result.differences().counts().entrySet()) {
                item(Units.count(kind.getValue()) + " " + kind.getKey().title());
            }
            result.differences().described().forEach(this::item);
        }
        page.append("</ul>\n</section>\n");
    }

    private void item(String text) {
        page.append("<li>").append(Html.escape(text)).append("</li>\n");
    }

    private void latency() throws IOException {
        page.append("<section>\n<h2>Latency by percentile</h2>\n<p>Each operation is timed");
        page.append(
                " separately; a time includes two readings of the clock. Each further nine has");
        page.append(" the same width; both scales are logarithmic.</p>\n");
        page.append(LatencyChart.svg(result.latencies()));
        page.append("\n<table>\n<thead><tr><th>nanoseconds</th><th class=\"n\">count</th>");
        for (final Percentile percentile : Percentile.values()) {
            page.append("<th class=\"n\">").append(percentile.title()).append("</th>");
        }
        page.append("</tr></thead>\n<tbody>\n");
        for (final Operation operation : Operation.values()) {
            latencyRow("", operation.title(), result.latencies().of(operation));
        }
        latencyRow(" class=\"sum\"", "all operations", result.latencies().all());
        page.append("</tbody>\n</table>\n</section>\n");
    }

    private void latencyRow(String mark, String name, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        page.append("<tr").append(mark).append("><th>").append(name).append("</th>");
        cell(Units.count(histogram.getTotalCount()));
        for (final Percentile percentile : Percentile.values()) {
            cell(Units.count(percentile.of(histogram)));
        }
        page.append("</tr>\n");
    }

    private void cell(String number) {
        page.append("<td class=\"n\">").append(Html.escape(number)).append("</td>");
    }

    private void course() throws IOException {
        final CourseCharts charts = new CourseCharts(setup, result.samples());
        page.append("<section>\n<h2>Hit ratio</h2>\n<p>The share of requests that found a live");
        page.append(" value: ").append(Units.count(result.hits())).append(" hits, ");
        page.append(Units.count(result.misses())).append(" misses.</p>\n");
        page.append(charts.hitRatio()).append("\n</section>\n<div class=\"pair\">\n");
        page.append("<section>\n<h2>Entries</h2>\n<p>Entries held, including expired ones that");
        page.append(" are not yet reclaimed.</p>\n")
                .append(charts.entries())
                .append("\n</section>\n");
        page.append("<section>\n<h2>Memory used</h2>\n<p>Of a budget of ");
        page.append(Units.bytes(result.memory().budgetBytes())).append("; free chunks and slabs");
        page.append(" are not counted.</p>\n").append(charts.memory(result.memory().budgetBytes()));
        page.append("\n</section>\n</div>\n");
    }

    private void memory() {
        final MemoryReport memory = result.memory();
        page.append("<section>\n<h2>Memory at the end</h2>\n<table>\n<thead><tr><th>part</th>");
        page.append("<th class=\"n\">bytes</th><th></th></tr></thead>\n<tbody>\n");
        for (final MemoryPart part : MemoryPart.values()) {
            final double share = 100.0 * part.of(memory) / memory.budgetBytes();
            page.append("<tr><th>").append(part.title()).append("</th>");
            cell(Units.count(part.of(memory)));
            page.append("<td class=\"bar\"><i style=\"width:");
            page.append(String.format(Locale.ROOT, "%.1f", share)).append("%\"></i></td></tr>\n");
        }
        page.append("<tr class=\"sum\"><th>budget</th>").append("");
        cell(Units.count(memory.budgetBytes()));
        page.append("<td></td></tr>\n</tbody>\n</table>\n<p>")
                .append(Units.count(memory.entries()));
        page.append(" entries; bookkeeping of ");
        page.append(String.format(Locale.ROOT, "%.1f", memory.bookkeepingBytesPerEntry()));
        page.append(" bytes an entry.</p>\n</section>\n");
    }

    private void settings() {
        page.append("<section>\n<h2>Settings</h2>\n<table>\n<tbody>\n");
        for (final Setup.Setting setting : setup.settings()) {
            row(setting.name(), setting.value());
        }
        row(setup.step() + " replayed", Units.count(result.steps()));
        row("too large, not cached", Units.count(result.tooLarge()));
        row("steps back in time (clock held)", Units.count(result.heldBack()));
        row("duration of the replay", Units.nanos(result.wallNs()));
        row("differences", Verdict.differences(result));
        row("audit", Verdict.audit(result));
        page.append("</tbody>\n</table>\n</section>\n");
    }

    private void row(String name, String value) {
        page.append("<tr><th>").append(Html.escape(name)).append("</th><td class=\"n\">");
        page.append(Html.escape(value)).append("</td></tr>\n");
    }

    private static String footer() {
        return "A request is a lookup by a get or an update, which hits or misses. Operations are"
                + " requests, puts and changes of the time to live; their rate is their number"
                + " divided by the time spent in them. Java "
                + System.getProperty("java.version")
                + ", "
                + System.getProperty("os.name")
                + " "
                + System.getProperty("os.arch")
                + ".";
    }
}
