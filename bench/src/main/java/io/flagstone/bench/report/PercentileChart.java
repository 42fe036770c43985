// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.tools.console.Units;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;

/**
 * A chart of latency by percentile. The percentile p is at 1/(1-p) on a logarithmic axis, so each
 * further nine has the same width and the tail is visible.
 */
public final class PercentileChart {
    private static final int POINTS_A_DECADE = 24;

    private static final int MOST_BELOW = 6;

    private PercentileChart() {}

    /**
     * Draws the curves.
     *
     * @param id the chart's name, unique within the page.
     * @param label a description for screen readers.
     * @param curves the curves; those without values are left out.
     * @return an {@code svg} element.
     * @throws IOException if the chart cannot be drawn.
     */
    public static String svg(String id, String label, List<Curve> curves) throws IOException {
        final XYChart chart =
                Charts.chart(960, 400, "percentile of operations, as 1/(1\u2212p)", "latency");
        final XYStyler style = chart.getStyler();
        if (curves.size() > MOST_BELOW) {
            Charts.legendBeside(style);
        }
        style.setXAxisLogarithmic(true);
        style.setXAxisLogarithmicDecadeOnly(true);
        style.setYAxisLogarithmic(true);
        style.setYAxisLogarithmicDecadeOnly(true);
        style.setXAxisTickLabelsFormattingFunction(PercentileChart::percentile);
        style.setYAxisTickLabelsFormattingFunction(ns -> Units.decade(Math.round(ns)));
        long count = 0;
        long least = Long.MAX_VALUE;
        long most = 0;
        for (final Curve curve : curves) {
            final Histogram histogram = curve.histogram();
            if (histogram.getTotalCount() > 0) {
                count = Math.max(count, histogram.getTotalCount());
                least = Math.min(least, Math.max(1, histogram.getMinNonZeroValue()));
                most = Math.max(most, histogram.getMaxValue());
            }
        }
        style.setXAxisMin(1.0);
        style.setXAxisMax(decadeAbove(count));
        style.setYAxisMin(decadeAbove(Math.min(least, most)) / 10);
        style.setYAxisMax(decadeAbove(most));
        for (final Curve curve : curves) {
            if (curve.histogram().getTotalCount() > 0) {
                draw(chart, curve);
            }
        }
        return Charts.svg(chart, id, label);
    }

    private static void draw(XYChart chart, Curve curve) {
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
        Charts.line(chart, curve.name(), x, y, curve.color());
    }

    private static double decadeAbove(long value) {
        return Math.pow(10, Math.max(1, Math.ceil(Math.log10(Math.max(1, value)))));
    }

    /** Formats an axis position: 1 is the minimum, 10 the 90th percentile, 100 the 99th. */
    private static String percentile(Double x) {
        final int nines = (int) Math.round(Math.log10(x));
        if (nines == 0) {
            return "0 %";
        }
        return String.format(
                Locale.ROOT, "%." + Math.max(0, nines - 2) + "f %%", 100.0 * (1.0 - 1.0 / x));
    }

    /**
     * A curve.
     *
     * @param name the name in the legend.
     * @param histogram the latencies in nanoseconds.
     * @param color the color of the line.
     */
    public record Curve(String name, Histogram histogram, Color color) {
        /**
         * Creates a curve in the color of its number.
         *
         * @param name the name in the legend.
         * @param histogram the latencies in nanoseconds.
         * @param number the number of the curve, from 0.
         */
        public Curve(String name, Histogram histogram, int number) {
            this(name, histogram, Charts.color(number));
        }
    }
}
