// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Page.Fact;
import io.flagstone.bench.report.Page.Figure;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.util.ArrayList;
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
            final List<String> items = new ArrayList<>();
            result.findings()
                    .counts()
                    .forEach((kind, n) -> items.add(Units.count(n) + " " + kind.title()));
            items.addAll(result.findings().described());
            page.section("Problems found", "").list(items).endSection();
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
        page.section("Settings", "The caches and the input.");
        page.facts(facts()).details("Effective settings of each cache");
        page.facts(
                        EffectiveSettings.of(result.configuration()).items().stream()
                                .map(item -> new Fact(item.name(), item.shown()))
                                .toList())
                .endDetails()
                .endSection();
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

    private List<Fact> facts() {
        final List<Fact> facts = new ArrayList<>();
        setup.settings().forEach(setting -> facts.add(new Fact(setting.name(), setting.value())));
        facts.add(new Fact("pace", Units.count(result.tradesPerSecond()) + " trades/s"));
        facts.add(new Fact("seed", Long.toString(result.seed())));
        facts.add(new Fact("duration", Units.nanos(result.wallNs())));
        return facts;
    }
}
