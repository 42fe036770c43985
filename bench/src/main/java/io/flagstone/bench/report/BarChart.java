// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.tools.console.Units;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.CategoryStyler;

/** One bar for each name, on a logarithmic scale if the bars differ much. */
public final class BarChart {
    private static final double MUCH = 20;

    private BarChart() {}

    /**
     * Draws bars in the order given.
     *
     * @param id tells it from the page's other charts.
     * @param label what it shows, for those who do not see it.
     * @param yTitle the quantity and its unit.
     * @param bars at least one.
     * @return an {@code svg} element.
     * @throws IOException where it cannot be drawn.
     */
    public static String svg(String id, String label, String yTitle, List<Bar> bars)
            throws IOException {
        final CategoryChart chart = new CategoryChart(960, 360);
        final CategoryStyler style = chart.getStyler();
        Charts.style(style);
        chart.setXAxisTitle("");
        chart.setYAxisTitle(yTitle);
        style.setLegendVisible(false);
        style.setXAxisLabelRotation(30);
        // Or else it leaves every other name out.
        style.setXAxisMaxLabelCount(bars.size());
        style.setPlotGridVerticalLinesVisible(false);
        style.setAvailableSpaceFill(0.7);
        style.setOverlapped(true);
        final double least = bars.stream().mapToDouble(Bar::value).min().orElseThrow();
        final double most = bars.stream().mapToDouble(Bar::value).max().orElseThrow();
        style.setYAxisMin(0.0);
        if (least > 0 && most / least > MUCH) {
            style.setYAxisLogarithmic(true);
            style.setYAxisLogarithmicDecadeOnly(true);
            style.setYAxisMin(Math.pow(10, Math.floor(Math.log10(least)) - 1));
            style.setYAxisMax(Math.pow(10, Math.ceil(Math.log10(most))));
        }
        style.setYAxisTickLabelsFormattingFunction(BarChart::number);
        final List<String> names = bars.stream().map(Bar::name).toList();
        for (final Shade shade : Shade.values()) {
            // A series of its own for each shade, with nothing where another has its bars.
            final List<Double> values =
                    bars.stream().map(bar -> bar.shade() == shade ? bar.value() : null).toList();
            if (bars.stream().anyMatch(bar -> bar.shade() == shade)) {
                final CategorySeries series = chart.addSeries(shade.name(), names, values);
                series.setFillColor(shade.color);
            }
        }
        return Charts.svg(chart, id, label);
    }

    private static String number(Double value) {
        return value == Math.rint(value) ? Units.count(Math.round(value)) : "" + value;
    }

    /**
     * A bar.
     *
     * @param name below it.
     * @param value its height.
     * @param shade its color.
     */
    public record Bar(String name, double value, Shade shade) {}

    /** What a bar's color says. */
    public enum Shade {
        /** Flagstone. */
        OURS(Charts.BLUE),
        /** Others. */
        PEER(Charts.PALE_BLUE),
        /** What memory itself takes. */
        FLOOR(Charts.ORANGE);

        private final Color color;

        Shade(Color color) {
            this.color = color;
        }

        /**
         * Returns the shade of a contender.
         *
         * @param ours whether it is Flagstone.
         * @param floor whether it only measures what memory itself takes.
         * @return its shade.
         */
        public static Shade of(boolean ours, boolean floor) {
            if (ours) {
                return OURS;
            }
            return floor ? FLOOR : PEER;
        }
    }
}
