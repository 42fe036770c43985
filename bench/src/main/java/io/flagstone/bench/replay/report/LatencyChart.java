// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.Operation;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.PercentileChart;
import io.flagstone.bench.report.Picture;
import java.util.ArrayList;
import java.util.List;

/** A chart of the latencies of a replay: a curve for each operation and one for all. */
final class LatencyChart {
    private LatencyChart() {}

    static Picture draw(Latencies latencies) {
        final List<PercentileChart.Curve> curves = new ArrayList<>();
        for (final Operation operation : Operation.values()) {
            curves.add(
                    new PercentileChart.Curve(
                            operation.title(),
                            Look.numbered(operation.ordinal()),
                            latencies.of(operation)));
        }
        curves.add(new PercentileChart.Curve("all operations", Look.SUM, latencies.all()));
        return PercentileChart.draw(
                "replay-latency",
                "Latency by percentile, one curve for each operation",
                "time of an operation",
                curves);
    }
}
