// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.tools.console.Units;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A chart of latency by percentile. The percentile p is at 1/(1-p) on a logarithmic axis, so each
 * further nine has the same width and the tail is visible.
 */
public final class PercentileChart {
    private static final int POINTS_A_DECADE = Line.Form.SPARSE_STEP;

    private PercentileChart() {}

    /**
     * Draws the curves.
     *
     * @param name the name of the chart's file; unique within a report.
     * @param label a description for screen readers.
     * @param latency the title of the latency axis.
     * @param curves the curves; those without values are left out.
     * @return the picture.
     */
    public static Picture draw(String name, String label, String latency, List<Curve> curves) {
        final List<Curve> drawn =
                curves.stream().filter(curve -> curve.histogram().getTotalCount() > 0).toList();
        final double count =
                drawn.stream()
                        .mapToLong(curve -> curve.histogram().getTotalCount())
                        .max()
                        .orElse(1);
        final double least =
                drawn.stream().mapToLong(c -> c.histogram().getMinNonZeroValue()).min().orElse(1);
        final double most =
                drawn.stream().mapToLong(c -> c.histogram().getMaxValue()).max().orElse(1);
        // A histogram without other values than 0 reports the largest long as its minimum.
        final double from = Math.max(1, Math.min(least, most));
        final double decades = Math.max(1, Math.ceil(Math.log10(count)));
        return LineChart.draw(
                name,
                label,
                LineChart.Size.WIDE,
                Axis.logarithmic(
                        "share of operations that took at most so long (each nine as wide)",
                        1,
                        Math.pow(10, decades),
                        PercentileChart::percentile),
                Axis.logarithmic(
                        latency + " (logarithmic)",
                        from,
                        Math.max(from, most),
                        ns -> Units.decade(Math.round(ns))),
                drawn.stream().map(PercentileChart::line).toList());
    }

    private static Line line(Curve curve) {
        final Histogram histogram = curve.histogram();
        final double end = Math.max(2.0, histogram.getTotalCount());
        final int points = (int) Math.ceil(Math.log10(end) * POINTS_A_DECADE);
        final double[] x = new double[points + 1];
        final double[] y = new double[points + 1];
        for (int i = 0; i <= points; i++) {
            x[i] = Math.min(end, Math.pow(10, (double) i / POINTS_A_DECADE));
            // A coarse clock can measure 0 ns, which has no logarithm.
            y[i] = Math.max(1, histogram.getValueAtPercentile(100.0 * (1.0 - 1.0 / x[i])));
        }
        return new Line(curve.name(), curve.look(), x, y, Line.Form.SPARSE);
    }

    /** Formats an axis position: 1 is the minimum, 10 the 90th percentile, 100 the 99th. */
    private static String percentile(double x) {
        final int nines = (int) Math.floor(Math.log10(x) + 1e-9);
        return String.format(
                Locale.ROOT, "%." + Math.max(0, nines - 2) + "f %%", 100.0 * (1.0 - 1.0 / x));
    }

    /**
     * A curve.
     *
     * @param name the name in the legend.
     * @param look the color and the dashes of the line.
     * @param histogram the latencies in nanoseconds.
     */
    public record Curve(String name, Look look, Histogram histogram) {}
}
