// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Draws lines between two axes, with a legend in the order of the lines' ends. */
public final class LineChart {
    private static final String WHISKER = "lowest, highest";
    private static final double SAMPLE = 30;
    private static final double CAP = 3;
    private static final double ASIDE = 4;
    private static final double MOST_ASIDE = 14;
    private static final double GAP = 8;
    private static final double TOP = 14;
    private static final double BOTTOM = 54;

    private final Axis across;
    private final Axis up;
    private final List<Line> lines;
    private final Svg svg = new Svg();
    private final double left;
    private final double margin;
    private final double right;
    private final double bottom;

    private LineChart(Size size, Axis across, Axis up, List<Line> lines) {
        this.across = across;
        this.up = up;
        this.lines = lines;
        final double numbers =
                up.ticks().stream().mapToDouble(tick -> Svg.width(tick.text())).max().orElse(0);
        this.margin = GAP + (whiskers() ? MOST_ASIDE / 2 : 0);
        this.left = Svg.LINE + GAP + numbers + margin;
        final double last =
                across.ticks().stream()
                        .mapToDouble(
                                tick ->
                                        Svg.width(tick.text()) / 2
                                                - size.width * (1 - across.fraction(tick.value())))
                        .max()
                        .orElse(0);
        final double legend =
                Math.max(
                        whiskers() ? Svg.width(WHISKER) : 0,
                        lines.stream().mapToDouble(line -> Svg.width(line.name())).max().orElse(0));
        this.right =
                size.width
                        - Math.max(
                                Math.max(last, GAP) + 2,
                                hasLegend() ? 2 * GAP + SAMPLE + GAP + legend : 0);
        this.bottom = size.height - BOTTOM;
    }

    /**
     * Draws a chart.
     *
     * @param name the name of its file; unique within a report.
     * @param label a description for screen readers.
     * @param size the size of the picture.
     * @param across the horizontal axis.
     * @param up the vertical axis.
     * @param lines the lines; a single one without markers has no legend.
     * @return the picture.
     */
    public static Picture draw(
            String name, String label, Size size, Axis across, Axis up, List<Line> lines) {
        final LineChart chart = new LineChart(size, across, up, lines);
        chart.grid();
        lines.forEach(chart::line);
        chart.legend();
        return new Picture(name, label, size.width, size.height, chart.svg.toString());
    }

    private double x(double value) {
        return left + across.fraction(value) * (right - left);
    }

    private double y(double value) {
        return bottom - up.fraction(value) * (bottom - TOP);
    }

    private void grid() {
        for (final Axis.Tick tick : up.ticks()) {
            final double y = y(tick.value());
            svg.path(tick.rank() == 0 ? "grid" : "grid fine", Svg.line(left, y, right, y), "");
            if (!tick.text().isEmpty()) {
                svg.text(left - margin, y + 4, "end", tick.text());
            }
        }
        final Set<Axis.Tick> written = written();
        for (final Axis.Tick tick : across.ticks()) {
            final double x = x(tick.value());
            svg.path(tick.rank() == 0 ? "grid" : "grid fine", Svg.line(x, TOP, x, bottom), "");
            if (written.contains(tick)) {
                svg.text(x, bottom + Svg.LINE, "middle", tick.text());
            }
        }
        svg.path("axis", Svg.line(left, bottom, right, bottom), "");
        svg.text((left + right) / 2, bottom + 2.4 * Svg.LINE, "middle title", across.title());
        svg.upright(Svg.TEXT, (TOP + bottom) / 2, "middle title", up.title());
    }

    /**
     * Chooses the ticks whose texts do not touch each other: the more important ones, and the
     * others if there is room for all of them.
     */
    private Set<Axis.Tick> written() {
        final List<Axis.Tick> all =
                across.ticks().stream().filter(tick -> !tick.text().isEmpty()).toList();
        final Set<Axis.Tick> written = apart(all);
        return written.size() == all.size()
                ? written
                : apart(all.stream().filter(tick -> tick.rank() == 0).toList());
    }

    private Set<Axis.Tick> apart(List<Axis.Tick> ticks) {
        final Set<Axis.Tick> apart = new TreeSet<>(Comparator.comparingDouble(Axis.Tick::value));
        for (final Axis.Tick tick : ticks) {
            if (apart.stream().noneMatch(other -> touch(tick, other))) {
                apart.add(tick);
            }
        }
        return apart;
    }

    private boolean touch(Axis.Tick one, Axis.Tick other) {
        final double needed = (Svg.width(one.text()) + Svg.width(other.text())) / 2 + GAP;
        return Math.abs(x(one.value()) - x(other.value())) < needed;
    }

    private void line(Line line) {
        final double aside = aside(line);
        final StringBuilder data = new StringBuilder();
        for (int i = 0; i < line.x().length; i++) {
            data.append(i == 0 ? 'M' : 'L').append(Svg.number(x(line.x()[i]) + aside));
            data.append(' ').append(Svg.number(y(line.y()[i])));
        }
        final String color = line.look().cssClass();
        if (line.form() == Line.Form.AREA && line.x().length > 0) {
            final String end = Svg.number(x(line.x()[line.x().length - 1]));
            svg.path(
                    color + " area",
                    data
                            + "L"
                            + end
                            + " "
                            + Svg.number(bottom)
                            + "L"
                            + Svg.number(x(line.x()[0]))
                            + " "
                            + Svg.number(bottom)
                            + "z",
                    "");
        }
        svg.path(
                color + (line.form() == Line.Form.AREA ? " line thin" : " line"),
                line.look().dashes(),
                data.toString(),
                line.name());
        for (int i = 0; i < line.x().length; i++) {
            if (line.hasWhisker(i)) {
                svg.path(color + " whisker", whisker(line, i), "");
            }
            if (line.form().marks(i)) {
                svg.marker(line.look(), x(line.x()[i]) + aside, y(line.y()[i]), tip(line, i));
            }
        }
    }

    /** Moves lines with whiskers apart a little, so that none hides the others. */
    private double aside(Line line) {
        final int others = lines.size() - 1;
        return whiskers() && others > 0
                ? Math.min(ASIDE, MOST_ASIDE / others) * (lines.indexOf(line) - others / 2.0)
                : 0;
    }

    private String whisker(Line line, int i) {
        final double x = x(line.x()[i]) + aside(line);
        final double low = y(line.low()[i]);
        final double high = y(line.high()[i]);
        return Svg.line(x, low, x, high)
                + Svg.line(x - CAP, low, x + CAP, low)
                + Svg.line(x - CAP, high, x + CAP, high);
    }

    private static String tip(Line line, int i) {
        final String value =
                String.format(
                        Locale.ROOT, "%s: %,.4g at %,.0f", line.name(), line.y()[i], line.x()[i]);
        return line.hasWhisker(i)
                ? value
                        + String.format(
                                Locale.ROOT, " (%,.4g to %,.4g)", line.low()[i], line.high()[i])
                : value;
    }

    private void legend() {
        if (!hasLegend()) {
            return;
        }
        final List<Line> ordered =
                lines.stream().sorted(Comparator.comparingDouble(this::endOf)).toList();
        double y = TOP + Svg.LINE / 2;
        for (final Line line : ordered) {
            final double x = right + 2 * GAP;
            svg.path(
                    line.look().cssClass() + " line",
                    line.look().dashes(),
                    Svg.line(x, y, x + SAMPLE, y),
                    "");
            if (line.form().hasMarkers()) {
                svg.marker(line.look(), x + SAMPLE / 2, y, "");
            }
            svg.text(x + SAMPLE + GAP, y + 4, "start", line.name());
            y += Svg.LINE + 2;
        }
        if (whiskers()) {
            final double x = right + 2 * GAP + SAMPLE / 2;
            svg.path(
                    Look.SUM.cssClass() + " whisker",
                    Svg.line(x, y - 2 * CAP, x, y + 2 * CAP)
                            + Svg.line(x - CAP, y - 2 * CAP, x + CAP, y - 2 * CAP)
                            + Svg.line(x - CAP, y + 2 * CAP, x + CAP, y + 2 * CAP),
                    "");
            svg.text(x + SAMPLE / 2 + GAP, y + 4, "start", WHISKER);
        }
    }

    private boolean hasLegend() {
        return lines.size() > 1 || lines.stream().anyMatch(line -> line.form().hasMarkers());
    }

    private boolean whiskers() {
        return lines.stream()
                .anyMatch(line -> IntStream.range(0, line.x().length).anyMatch(line::hasWhisker));
    }

    private double endOf(Line line) {
        return line.y().length == 0 ? 0 : y(line.y()[line.y().length - 1]);
    }

    /** The size of a picture, in pixels. */
    public enum Size {
        /** As wide as a page. */
        WIDE(900, 420),
        /** As wide as a page, and lower. */
        LOW(900, 340),
        /** Half as wide as a page. */
        HALF(460, 280);

        private final double width;
        private final double height;

        Size(double width, double height) {
            this.width = width;
            this.height = height;
        }
    }
}
