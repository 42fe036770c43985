package io.flagstone.bench.report;

import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.Operation;
import java.awt.Color;
import java.io.IOException;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;

/**
 * Latency over percentile. The percentile p stands at 1/(1-p) on a logarithmic axis, so that each
 * further nine takes the same width and the tail can be seen.
 */
final class LatencyChart {
    private static final int POINTS_A_DECADE = 24;
    private static final Color[] COLORS = {Charts.BLUE, Charts.ORANGE, Charts.GREEN, Charts.PURPLE};

    private LatencyChart() {}

    static String svg(Latencies latencies) throws IOException {
        final XYChart chart =
                Charts.chart(960, 400, "percentile of operations, as 1/(1\u2212p)", "latency");
        final XYStyler style = chart.getStyler();
        style.setXAxisLogarithmic(true);
        style.setXAxisLogarithmicDecadeOnly(true);
        style.setYAxisLogarithmic(true);
        style.setYAxisLogarithmicDecadeOnly(true);
        style.setXAxisTickLabelsFormattingFunction(LatencyChart::percentile);
        style.setYAxisTickLabelsFormattingFunction(ns -> Units.decade(Math.round(ns)));
        final Histogram all = latencies.all();
        style.setXAxisMin(1.0);
        style.setXAxisMax(decadeAbove(all.getTotalCount()));
        style.setYAxisMin(decadeAbove(Math.max(1, all.getMinNonZeroValue())) / 10);
        style.setYAxisMax(decadeAbove(all.getMaxValue()));
        for (final Operation operation : Operation.values()) {
            final Histogram histogram = latencies.of(operation);
            if (histogram.getTotalCount() > 0) {
                curve(chart, operation.title(), histogram, COLORS[operation.ordinal()]);
            }
        }
        curve(chart, "all operations", all, Charts.INK);
        return Charts.svg(chart, "latency", "Latency by percentile, one curve an operation");
    }

    private static void curve(XYChart chart, String name, Histogram histogram, Color color) {
        final double end = Math.max(2.0, histogram.getTotalCount());
        final int points = (int) Math.ceil(Math.log10(end) * POINTS_A_DECADE);
        final double[] x = new double[points + 1];
        final double[] y = new double[points + 1];
        for (int i = 0; i <= points; i++) {
            x[i] = Math.min(end, Math.pow(10, (double) i / POINTS_A_DECADE));
            // The clock may be too coarse for the fastest; a logarithm needs more than zero.
            y[i] = Math.max(1, histogram.getValueAtPercentile(100.0 * (1.0 - 1.0 / x[i])));
        }
        Charts.line(chart, name, x, y, color);
    }

    private static double decadeAbove(long value) {
        return Math.pow(10, Math.max(1, Math.ceil(Math.log10(Math.max(1, value)))));
    }

    /** 1 is the minimum, 10 the 90th percentile, 100 the 99th, and so on. */
    private static String percentile(Double x) {
        final int nines = (int) Math.round(Math.log10(x));
        if (nines == 0) {
            return "0 %";
        }
        return String.format(
                Locale.ROOT, "%." + Math.max(0, nines - 2) + "f %%", 100.0 * (1.0 - 1.0 / x));
    }
}
