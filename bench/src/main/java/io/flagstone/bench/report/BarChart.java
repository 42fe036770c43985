// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars with their names, their values, and whiskers from the lowest to the highest
 * round. The scale is logarithmic if the values differ by more than a factor of 20.
 */
public final class BarChart {
    private static final double MUCH = 20;
    private static final double WIDTH = 900;
    private static final double ROW = 26;
    private static final double THICK = 16;
    private static final double CAP = 4;
    private static final double GAP = 8;
    private static final double TOP = 8;
    private static final double BOTTOM = 54;

    private final Svg svg = new Svg();
    private final Axis axis;
    private final String note;
    private final double left;
    private final double right;

    private BarChart(String title, List<Bar> bars) {
        final double least = bars.stream().mapToDouble(Bar::least).min().orElse(1);
        final double most = bars.stream().mapToDouble(Bar::most).max().orElse(1);
        this.axis =
                least > 0 && most / least > MUCH
                        // A bar of the least value shall be visible too.
                        ? Axis.logarithmic(title + " (logarithmic)", least / 1.5, most, Bar::axis)
                        : Axis.fromZero(title, most);
        this.note = bars.stream().anyMatch(Bar::hasWhisker) ? "; whiskers: lowest and highest" : "";
        this.left =
                GAP + bars.stream().mapToDouble(bar -> Svg.width(bar.name())).max().orElse(0) + GAP;
        this.right =
                WIDTH
                        - 2 * GAP
                        - bars.stream().mapToDouble(bar -> Svg.width(bar.text())).max().orElse(0);
    }

    /**
     * Draws the bars in the order given, from top to bottom.
     *
     * @param name the name of the chart's file; unique within a report.
     * @param label a description for screen readers.
     * @param title the quantity and its unit.
     * @param bars the bars.
     * @return the picture.
     */
    public static Picture draw(String name, String label, String title, List<Bar> bars) {
        final BarChart chart = new BarChart(title, bars);
        final double bottom = TOP + ROW * bars.size();
        chart.grid(bottom);
        for (int i = 0; i < bars.size(); i++) {
            chart.bar(bars.get(i), TOP + ROW * (i + 0.5));
        }
        return new Picture(name, label, WIDTH, bottom + BOTTOM, chart.svg.toString());
    }

    private double x(double value) {
        return left + axis.fraction(value) * (right - left);
    }

    private void grid(double bottom) {
        for (final Axis.Tick tick : axis.ticks()) {
            final double x = x(tick.value());
            svg.path(tick.rank() == 0 ? "grid" : "grid fine", Svg.line(x, TOP, x, bottom), "");
            if (!tick.text().isEmpty()) {
                svg.text(x, bottom + Svg.LINE, "middle", tick.text());
            }
        }
        svg.path("axis", Svg.line(left, TOP, left, bottom), "");
        svg.text((left + right) / 2, bottom + 2.4 * Svg.LINE, "middle title", axis.title() + note);
    }

    private void bar(Bar bar, double y) {
        final double end = x(bar.value());
        svg.text(left - GAP, y + 4, "end name", bar.name());
        svg.path(
                bar.look().cssClass() + " bar",
                Svg.box(left, y - THICK / 2, end - left, THICK),
                bar.tip());
        if (bar.hasWhisker()) {
            final double low = x(bar.low());
            final double high = x(bar.high());
            final String whisker =
                    Svg.line(low, y, high, y)
                            + Svg.line(low, y - CAP, low, y + CAP)
                            + Svg.line(high, y - CAP, high, y + CAP);
            svg.path("halo", whisker, "");
            svg.path("mark", whisker, bar.tip());
        }
        svg.text(x(bar.most()) + GAP, y + 4, "start", bar.text());
    }

    /**
     * A bar.
     *
     * @param name the name before the bar.
     * @param look the color.
     * @param value the length.
     * @param low the lowest value of a round, NaN if there is only one.
     * @param high the highest value of a round, NaN if there is only one.
     */
    public record Bar(String name, Look look, double value, double low, double high) {
        private boolean hasWhisker() {
            return low <= value && value <= high;
        }

        private double least() {
            return hasWhisker() ? low : value;
        }

        private double most() {
            return hasWhisker() ? high : value;
        }

        private String text() {
            return String.format(Locale.ROOT, "%,.1f", value);
        }

        private String tip() {
            return hasWhisker()
                    ? String.format(
                            Locale.ROOT, "%s: %,.1f (%,.1f to %,.1f)", name, value, low, high)
                    : name + ": " + text();
        }

        private static String axis(double value) {
            return String.format(Locale.ROOT, value < 1 ? "%.2g" : "%,.0f", value);
        }
    }
}
