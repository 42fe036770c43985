// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.fork.Rounds;
import io.flagstone.bench.fork.Scatter;
import io.flagstone.bench.report.BarChart;
import io.flagstone.bench.report.BarChart.Bar;
import io.flagstone.bench.report.BarChart.Shade;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The table and the chart of all contenders in one measurement at one scale. */
final class CompareTable {
    static final List<String> HEAD =
            List.of(
                    "contender",
                    "ns/op",
                    "low",
                    "high",
                    "Mops/s",
                    "B/op",
                    "× flagstone",
                    "range",
                    "verdict");

    private final List<CompareFigure> figures;

    private CompareTable(List<CompareFigure> figures) {
        this.figures = figures;
    }

    /** Makes a table for each measurement and scale, in the order of the figures. */
    static List<CompareTable> split(List<CompareFigure> figures) {
        final Map<List<Object>, List<CompareFigure>> groups = new LinkedHashMap<>();
        for (final CompareFigure figure : figures) {
            groups.computeIfAbsent(
                            List.of(figure.measurement(), figure.scale()), k -> new ArrayList<>())
                    .add(figure);
        }
        return groups.values().stream().map(CompareTable::new).toList();
    }

    String title() {
        final Scale scale = figures.get(0).scale();
        return String.format(
                Locale.ROOT,
                "%s, %,d entries, %d-byte values, %s keys, %d thread%s",
                figures.get(0).measurement().title(),
                scale.entries(),
                scale.valueBytes(),
                scale.keys(),
                scale.threads(),
                scale.threads() == 1 ? "" : "s");
    }

    String description() {
        return figures.get(0).measurement().description();
    }

    List<List<String>> rows() {
        return figures.stream().filter(CompareFigure::isMeasured).map(CompareTable::row).toList();
    }

    /** Returns warnings if there are few rounds, or if a floor differs between rounds. */
    List<String> warnings() {
        final int fewest =
                figures.stream()
                        .filter(CompareFigure::isMeasured)
                        .mapToInt(CompareFigure::rounds)
                        .min()
                        .orElse(0);
        return Stream.concat(
                        Rounds.remarks(fewest).stream(),
                        figures.stream()
                                .filter(figure -> figure.type().isFloor())
                                .flatMap(CompareTable::scatter))
                .toList();
    }

    private static Stream<String> scatter(CompareFigure floor) {
        return Scatter.warnings(floor.type().title(), floor.roundsNs()).stream();
    }

    /** Returns why contenders have no figure, with their titles. */
    List<String> refusals() {
        return figures.stream()
                .filter(figure -> !figure.isMeasured())
                .map(figure -> figure.type().title() + ": " + figure.refused())
                .toList();
    }

    boolean hasBars() {
        return figures.stream().anyMatch(CompareFigure::isMeasured);
    }

    String bars(String id) throws IOException {
        final List<Bar> bars =
                figures.stream().filter(CompareFigure::isMeasured).map(CompareTable::bar).toList();
        return BarChart.svg(id, title(), "nanoseconds per operation", bars);
    }

    private static Bar bar(CompareFigure figure) {
        return new Bar(
                figure.type().title(),
                figure.nsPerOp(),
                Shade.of(figure.type().isOurs(), figure.type().isFloor()));
    }

    private static List<String> row(CompareFigure figure) {
        return List.of(
                figure.type().title(),
                number("%,.1f", figure.nsPerOp()),
                number("%,.1f", figure.low()),
                number("%,.1f", figure.high()),
                number("%,.2f", figure.opsPerSecond() / 1e6),
                number("%,.1f", figure.bytesPerOp()),
                number("%.2f", figure.ratio()),
                Double.isNaN(figure.ratioLow())
                        ? (figure.rounds() == 1 ? "one round" : "")
                        : number("%.2f", figure.ratioLow())
                                + " to "
                                + number("%.2f", figure.ratioHigh()),
                figure.verdict());
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
