// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.report.Axis;
import io.flagstone.bench.report.Line;
import io.flagstone.bench.report.LineChart;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.Picture;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The charts of growth: times and memory by entries, and the cost of expiry by timers. */
final class GrowthCharts {
    private static final String ENTRIES = "entries (logarithmic)";

    private final List<GrowthFigure> figures;
    private final List<ExpiryFigure> expiry;

    GrowthCharts(List<GrowthFigure> figures, List<ExpiryFigure> expiry) {
        this.figures = figures;
        this.expiry = expiry;
    }

    List<Picture> all() {
        return Stream.of(get(), put(), memory(), expiry()).flatMap(Optional::stream).toList();
    }

    Optional<Picture> get() {
        return times("growth-get", "get by entries held", "get", GrowthFigure::getNs);
    }

    Optional<Picture> put() {
        return times("growth-put", "put by entries held", "put", GrowthFigure::putNs);
    }

    Optional<Picture> memory() {
        return draw(
                "growth-memory",
                "memory by entries held",
                ENTRIES,
                lines(GrowthFigure::bytesPerEntry, figure -> Double.NaN, figure -> Double.NaN),
                most -> Axis.fromZero("memory, bytes an entry", most.getMax()));
    }

    /** Draws what expiry costs; empty if it was not measured. */
    Optional<Picture> expiry() {
        final List<Line> lines =
                expiry.isEmpty()
                        ? List.of()
                        : List.of(
                                expiryLine("arm", 0, ExpiryFigure::armNs),
                                expiryLine("re-arm", 1, ExpiryFigure::rearmNs),
                                expiryLine("reclaim", 2, ExpiryFigure::reclaimNs),
                                expiryLine("longest doWork", 3, ExpiryFigure::worstCallNs));
        return draw(
                "growth-expiry",
                "Cost of expiry by armed timers",
                "armed timers (logarithmic)",
                lines,
                range -> timeAxis("time, ns", range));
    }

    private Optional<Picture> times(
            String name, String label, String operation, Function<GrowthFigure, double[]> samples) {
        return draw(
                name,
                label,
                ENTRIES,
                lines(
                        figure -> GrowthFigure.median(samples.apply(figure)),
                        figure -> figure.low(samples.apply(figure)),
                        figure -> figure.high(samples.apply(figure))),
                range -> timeAxis("time of a " + operation + ", ns", range));
    }

    private static Axis timeAxis(String title, DoubleSummaryStatistics range) {
        return Axis.logarithmic(
                title + " (logarithmic)",
                // A coarse clock can measure 0 ns, which has no logarithm.
                Math.max(0.1, range.getMin()),
                Math.max(0.1, range.getMax()),
                ns -> ns < 1 ? "" + ns : Units.count(Math.round(ns)));
    }

    private static Optional<Picture> draw(
            String name,
            String label,
            String xTitle,
            List<Line> lines,
            Function<DoubleSummaryStatistics, Axis> up) {
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        final DoubleSummaryStatistics x =
                lines.stream().flatMapToDouble(line -> Arrays.stream(line.x())).summaryStatistics();
        final DoubleSummaryStatistics y =
                lines.stream()
                        .flatMap(line -> Stream.of(line.y(), line.low(), line.high()))
                        .flatMapToDouble(Arrays::stream)
                        .filter(value -> !Double.isNaN(value))
                        .summaryStatistics();
        return Optional.of(
                LineChart.draw(
                        name,
                        label,
                        LineChart.Size.WIDE,
                        Axis.logarithmic(
                                xTitle,
                                x.getMin(),
                                x.getMax(),
                                entries -> Units.count(Math.round(entries))),
                        up.apply(y),
                        lines));
    }

    private List<Line> lines(
            ToDoubleFunction<GrowthFigure> value,
            ToDoubleFunction<GrowthFigure> low,
            ToDoubleFunction<GrowthFigure> high) {
        final List<Line> lines = new ArrayList<>();
        for (final ContenderType type :
                figures.stream().map(GrowthFigure::type).distinct().toList()) {
            final List<GrowthFigure> of =
                    figures.stream()
                            .filter(one -> one.type() == type && one.refused() == null)
                            .filter(one -> !Double.isNaN(value.applyAsDouble(one)))
                            .toList();
            if (!of.isEmpty()) {
                lines.add(
                        new Line(
                                type.title(),
                                Look.of(type.title()),
                                values(of, GrowthFigure::entries),
                                values(of, value),
                                values(of, low),
                                values(of, high),
                                Line.Form.MARKED));
            }
        }
        return lines;
    }

    private static double[] values(List<GrowthFigure> of, ToDoubleFunction<GrowthFigure> value) {
        return of.stream().mapToDouble(value).toArray();
    }

    private Line expiryLine(String name, int number, ToDoubleFunction<ExpiryFigure> value) {
        return new Line(
                name,
                Look.numbered(number),
                expiry.stream().mapToDouble(ExpiryFigure::timers).toArray(),
                expiry.stream().mapToDouble(value).toArray(),
                Line.Form.MARKED);
    }
}
