// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import io.flagstone.bench.replay.Sample;
import io.flagstone.bench.report.Axis;
import io.flagstone.bench.report.Line;
import io.flagstone.bench.report.LineChart;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.Picture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

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

    Picture hitRatio() {
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
        final double[] x = axis.positions(windows);
        return LineChart.draw(
                "replay-hits",
                "Hit ratio over the tape",
                LineChart.Size.LOW,
                across(),
                Axis.fromZero("hit ratio, %", max(windowed)),
                List.of(
                        new Line("at the time", Look.numbered(1), x, windowed, Line.Form.PLAIN),
                        new Line("so far", Look.numbered(0), x, overall, Line.Form.PLAIN)));
    }

    Picture entries() {
        return area(
                "replay-entries",
                "entries held",
                "Entries held over the tape",
                Sample::entries,
                1.0,
                Look.numbered(2));
    }

    Picture memory(long budgetBytes) {
        final boolean large = budgetBytes >= 10L << 20;
        final double unit = large ? 1 << 20 : 1 << 10;
        return area(
                "replay-memory",
                "memory used, " + (large ? "MiB" : "KiB"),
                "Memory used over the tape",
                Sample::usedBytes,
                unit,
                Look.numbered(3));
    }

    private Picture area(
            String name,
            String title,
            String label,
            ToDoubleFunction<Sample> value,
            double unit,
            Look look) {
        final double[] y = samples.stream().mapToDouble(value).map(v -> v / unit).toArray();
        return LineChart.draw(
                name,
                label,
                LineChart.Size.HALF,
                across(),
                Axis.fromZero(title, max(y)),
                List.of(new Line(title, look, axis.positions(samples), y, Line.Form.AREA)));
    }

    private Axis across() {
        return Axis.upTo(axis.title(), max(axis.positions(samples)));
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
}
