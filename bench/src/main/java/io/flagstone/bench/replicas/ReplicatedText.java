// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Wrapping;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.io.PrintWriter;
import java.util.List;

/** Writes the report of a replicated replay as text. */
final class ReplicatedText {
    private static final int NAMES = 3;

    private final PrintWriter out;

    ReplicatedText(PrintWriter out) {
        this.out = out;
    }

    void write(Setup setup, ReplicatedResult result) {
        row("input", setup.input());
        row("replicas", result.replicas().size() + ", over Aeron IPC on this machine");
        row("pace", Units.count(result.tradesPerSecond()) + " trades/s");
        row("seed", result.seed() + "  (--seed " + result.seed() + " kills at the same trades)");
        setup.settings().forEach(setting -> row(setting.name(), setting.value()));
        Wrapping.print(
                out, "cache settings: " + EffectiveSettings.of(result.configuration()).line());
        out.println();
        out.printf("%12s  %s%n", "trade", "event");
        for (final List<String> line : ReplicatedLines.course(result)) {
            final List<String> wrapped = Wrapping.lines(line.get(1), Wrapping.WIDTH - 14);
            for (int i = 0; i < wrapped.size(); i++) {
                out.printf("%12s  %s%n", i == 0 ? line.get(0) : "", wrapped.get(i));
            }
        }
        out.println();
        TextTable.print(out, NAMES, ReplicatedLines.LAG_HEAD, ReplicatedLines.lags(result));
        Wrapping.print(out, ReplicatedLines.LAGS);
        out.println();
        TextTable.print(out, ReplicatedLines.DIGEST_HEAD, ReplicatedLines.digests(result));
        Wrapping.print(out, ReplicatedLines.DIGESTS);
        out.println();
        row("digest", ReplicatedResult.show(result.digest()));
        row("differences", Units.count(result.findings().total()));
        result.findings().print(out);
        Wrapping.print(out, ReplicatedLines.compared(result));
        out.flush();
    }

    private void row(String name, String value) {
        out.printf("%-17s %s%n", name, value);
    }
}
