// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.Sample;
import io.flagstone.bench.report.Charts;
import io.flagstone.tools.console.Units;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;

/** Charts of hits, entries and memory over the time of the input. */
final class CourseCharts {
    /** The number of windows; hit ratios of shorter windows are mostly noise. */
    private static final int WINDOWS = 160;

    private final List<Sample> samples;
    private final TimeAxis axis;

    CourseCharts(Setup setup, List<Sample> samples) {
        this.samples = samples;
        this.axis = TimeAxis.of(setup, samples);
    }

    String hitRatio() throws IOException {
        final XYChart chart = Charts.chart(960, 320, axis.title(), "hit ratio, %");
        final XYStyler style = chart.getStyler();
        xRange(style);
        final List<Sample> windows = windows();
        final double[] windowed = new double[windows.size()];
        final double[] overall = new double[windows.size()];
        Sample before = new Sample(0, 0, 0, 0, 0);
        for (int i = 0; i < windowed.length; i++) {
            final Sample sample = windows.get(i);
            windowed[i] =
                    percent(sample.hits() - before.hits(), sample.requests() - before.requests());
            overall[i] = percent(sample.hits(), sample.requests());
            before = sample;
        }
        style.setYAxisMin(0.0);
        style.setYAxisMax(Math.max(1.0, Math.min(100.0, 1.15 * max(windowed))));
        style.setYAxisTickLabelsFormattingFunction(CourseCharts::number);
        final double[] x = axis.positions(windows);
        Charts.line(chart, "at the time", x, windowed, Charts.PALE_BLUE);
        Charts.line(chart, "since the beginning", x, overall, Charts.BLUE);
        return Charts.svg(chart, "hits", "Hit ratio over the tape");
    }

    String entries() throws IOException {
        return area(
                "entries",
                "entries held",
                "Entries held over the tape",
                Sample::entries,
                1.0,
                Charts.GREEN);
    }

    String memory(long budgetBytes) throws IOException {
        final boolean large = budgetBytes >= 10L << 20;
        final double unit = large ? 1 << 20 : 1 << 10;
        return area(
                "memory",
                "memory used, " + (large ? "MiB" : "KiB"),
                "Memory used over the tape",
                Sample::usedBytes,
                unit,
                Charts.PURPLE);
    }

    private String area(
            String id,
            String title,
            String label,
            ToDoubleFunction<Sample> value,
            double unit,
            Color color)
            throws IOException {
        final XYChart chart = Charts.chart(480, 250, axis.title(), title);
        final XYStyler style = chart.getStyler();
        xRange(style);
        style.setLegendVisible(false);
        final double[] y = samples.stream().mapToDouble(value).map(v -> v / unit).toArray();
        style.setYAxisMin(0.0);
        style.setYAxisMax(Math.max(1.0, 1.1 * max(y)));
        style.setYAxisTickLabelsFormattingFunction(CourseCharts::number);
        style.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
        Charts.line(chart, id, axis.positions(samples), y, color)
                .setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 40));
        return Charts.svg(chart, id, label);
    }

    private void xRange(XYStyler style) {
        final double[] x = axis.positions(samples);
        style.setXAxisMin(0.0);
        style.setXAxisMax(x[x.length - 1] > 0 ? x[x.length - 1] : 1.0);
        style.setXAxisTickLabelsFormattingFunction(CourseCharts::number);
    }

    /** Selects samples that are far enough apart for a hit ratio of the requests between them. */
    private List<Sample> windows() {
        final Sample last = samples.get(samples.size() - 1);
        final List<Sample> windows = new ArrayList<>();
        long nextNs = last.timeNs() / WINDOWS;
        long requests = 0;
        for (final Sample sample : samples) {
            if (sample == last || sample.timeNs() >= nextNs && sample.requests() > requests) {
                windows.add(sample);
                nextNs = sample.timeNs() + last.timeNs() / WINDOWS;
                requests = sample.requests();
            }
        }
        return windows;
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 0.0 : 100.0 * part / whole;
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElse(0.0);
    }

    private static String number(Double value) {
        if (value == Math.rint(value)) {
            return Units.count(value.longValue());
        }
        return String.valueOf(Math.rint(value * 1000) / 1000);
    }
}
