// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Page.Fact;
import io.flagstone.bench.report.Page.Figure;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.util.List;

/** Renders the report of a replicated replay as a page. */
final class ReplicatedPage {
    private static final String FOOTER =
            "All processes ran on one machine and shared its processors, so a replica on a machine"
                    + " of its own is less behind than this, plus the time of the network.";

    private final Setup setup;
    private final ReplicatedResult result;

    ReplicatedPage(Setup setup, ReplicatedResult result) {
        this.setup = setup;
        this.result = result;
    }

    String render(Origin origin) throws IOException {
        final Page page =
                origin.beginPage(
                        "Replicas: " + setup.input(), "Flagstone replicas: " + setup.input());
        page.figures(figures());
        if (!result.passed()) {
            page.section("Problems found", "").list(result.findings().lines()).endSection();
        }
        page.section("What happened", "");
        page.table(
                        new Table("Numbers of trades, from the first.", List.of("trade", "event"))
                                .text(1)
                                .rows(ReplicatedLines.course(result)))
                .endSection();
        page.section("Lag", "");
        page.table(
                        new Table(ReplicatedLines.LAGS, ReplicatedLines.LAG_HEAD)
                                .text(1)
                                .text(2)
                                .rows(ReplicatedLines.lags(result)))
                .endSection();
        page.section("Contents at the end", ReplicatedLines.compared(result));
        page.table(
                        new Table(ReplicatedLines.DIGESTS, ReplicatedLines.DIGEST_HEAD)
                                .text(1)
                                .rows(ReplicatedLines.digests(result)))
                .endSection();
        setup.addTo(
                page,
                "The input and the run; all caches have the same settings.",
                List.of(
                        new Fact("pace", Units.count(result.tradesPerSecond()) + " trades/s"),
                        new Fact("seed", Long.toString(result.seed())),
                        new Fact("duration", Units.nanos(result.wallNs()))),
                result.configuration());
        return origin.endPage(page, FOOTER);
    }

    private List<Figure> figures() {
        final long total = result.findings().total();
        final boolean equal =
                result.replicas().stream().allMatch(replica -> replica.digest() == result.digest());
        return List.of(
                new Figure(Units.count(result.replicas().size()), "replicas"),
                new Figure(Units.count(result.trades()), "trades"),
                new Figure(Units.count(result.entries()), "entries at the end"),
                new Figure(equal ? "equal" : "different", "digests", Page.Verdict.of(equal)),
                new Figure(Units.count(total), "differences", Page.Verdict.of(total == 0)));
    }
}
