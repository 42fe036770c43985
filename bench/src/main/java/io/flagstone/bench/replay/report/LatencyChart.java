// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.Operation;
import io.flagstone.bench.report.Charts;
import io.flagstone.bench.report.PercentileChart;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A chart of the latencies of a replay: a curve for each operation and one for all. */
final class LatencyChart {
    private static final Color[] COLORS = {Charts.BLUE, Charts.ORANGE, Charts.GREEN, Charts.PURPLE};

    private LatencyChart() {}

    static String svg(Latencies latencies) throws IOException {
        final List<PercentileChart.Curve> curves = new ArrayList<>();
        for (final Operation operation : Operation.values()) {
            curves.add(
                    new PercentileChart.Curve(
                            operation.title(),
                            latencies.of(operation),
                            COLORS[operation.ordinal()]));
        }
        curves.add(new PercentileChart.Curve("all operations", latencies.all(), Charts.INK));
        return PercentileChart.svg(
                "latency", "Latency by percentile, one curve for each operation", curves);
    }
}
