// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Rounds;
import io.flagstone.bench.fork.Scatter;
import io.flagstone.bench.report.BarChart;
import io.flagstone.bench.report.BarChart.Bar;
import io.flagstone.bench.report.Look;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Table;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
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
    private final String name;
    private final String column;

    private CompareTable(List<CompareFigure> figures, String varying) {
        final int entries = figures.get(0).scale().entries();
        final String title = figures.get(0).measurement().title();
        this.figures = figures;
        this.name = title + "-" + entries + varying.replace(' ', '-');
        this.column = title + " " + Units.count(entries) + varying;
    }

    /** Makes a table for each measurement and scale, in the order of the figures. */
    static List<CompareTable> split(List<CompareFigure> figures) {
        final Map<List<Object>, List<CompareFigure>> groups = new LinkedHashMap<>();
        for (final CompareFigure figure : figures) {
            groups.computeIfAbsent(
                            List.of(figure.measurement(), figure.scale()), k -> new ArrayList<>())
                    .add(figure);
        }
        final List<Scale> scales = figures.stream().map(CompareFigure::scale).distinct().toList();
        return groups.values().stream()
                .map(group -> new CompareTable(group, varying(group.get(0), scales)))
                .toList();
    }

    /** Names those parts of the scale that vary, in addition to the entries. */
    private static String varying(CompareFigure figure, List<Scale> scales) {
        final Scale scale = figure.scale();
        return (vary(scales, Scale::valueBytes) ? " " + scale.valueBytes() + "b" : "")
                + (vary(scales, Scale::keys) ? " " + scale.keys() : "")
                + (vary(scales, Scale::threads) ? " " + scale.threads() + "t" : "");
    }

    private static boolean vary(List<Scale> scales, Function<Scale, Object> part) {
        return scales.stream().map(part).distinct().count() > 1;
    }

    String title() {
        final CompareFigure first = figures.get(0);
        return first.measurement().title() + ", " + first.scale().describe();
    }

    String description() {
        return figures.get(0).measurement().description();
    }

    List<List<String>> rows() {
        return figures.stream().filter(CompareFigure::isMeasured).map(CompareTable::row).toList();
    }

    Table table(String caption) {
        return new Table(caption, HEAD).contenders().text(HEAD.indexOf("verdict")).rows(rows());
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

    /** Returns a title for a column: the measurement, the entries, and what else varies. */
    String column() {
        return column;
    }

    /** Returns the contender's time as a multiple of Flagstone's, or a dash if it has none. */
    String ratio(ContenderType type) {
        return figures.stream()
                .filter(figure -> figure.type() == type && !Double.isNaN(figure.ratio()))
                .findFirst()
                .map(figure -> number("%.2f", figure.ratio()))
                .orElse("\u2013");
    }

    /** Draws the bars. */
    Picture picture() {
        final List<Bar> bars =
                figures.stream().filter(CompareFigure::isMeasured).map(CompareTable::bar).toList();
        return BarChart.draw(name, title(), "time of an operation, ns", bars);
    }

    private static Bar bar(CompareFigure figure) {
        return new Bar(
                figure.type().title(),
                Look.of(figure.type().title()),
                figure.nsPerOp(),
                figure.low(),
                figure.high());
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
