// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.replay.report.Setup;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.report.Wrapping;
import io.flagstone.tools.console.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Writes the report of a replicated replay as text. */
final class ReplicatedText {
    private static final int WIDTH = 96;
    private static final int TEXT_COLUMNS = 3;

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
        paragraph("cache settings: " + EffectiveSettings.of(result.configuration()).line());
        out.println();
        out.printf("%12s  %s%n", "trade", "event");
        for (final List<String> line : ReplicatedLines.course(result)) {
            final List<String> wrapped = Wrapping.lines(line.get(1), WIDTH - 14);
            for (int i = 0; i < wrapped.size(); i++) {
                out.printf("%12s  %s%n", i == 0 ? line.get(0) : "", wrapped.get(i));
            }
        }
        out.println();
        table(ReplicatedLines.LAG_HEAD, ReplicatedLines.lags(result), TEXT_COLUMNS);
        paragraph(ReplicatedLines.LAGS);
        out.println();
        table(ReplicatedLines.DIGEST_HEAD, ReplicatedLines.digests(result), 1);
        paragraph(ReplicatedLines.DIGESTS);
        out.println();
        row("digest", ReplicatedResult.show(result.digest()));
        row("differences", Units.count(result.findings().total()));
        result.findings()
                .counts()
                .forEach((kind, n) -> out.println("  " + Units.count(n) + " " + kind.title()));
        result.findings().described().forEach(text -> out.println("  - " + text));
        paragraph(ReplicatedLines.compared(result));
        out.flush();
    }

    /** Prints a table whose columns are as wide as their cells. */
    private void table(List<String> head, List<List<String>> rows, int textColumns) {
        final List<List<String>> all = new ArrayList<>();
        all.add(head);
        all.addAll(rows);
        for (final List<String> cells : all) {
            final StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.size(); i++) {
                final int column = i;
                final int width =
                        all.stream().mapToInt(cell -> cell.get(column).length()).max().orElse(1);
                final String format = i < textColumns ? "%-" + width + "s" : "%" + width + "s";
                line.append(i == 0 ? "" : "  ").append(String.format(format, cells.get(i)));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private void paragraph(String text) {
        Wrapping.lines(text, WIDTH).forEach(line -> out.println("  " + line));
    }

    private void row(String name, String value) {
        out.printf("%-17s %s%n", name, value);
    }
}
