// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.tools.console.Units;
import java.awt.Color;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.CategoryStyler;

/** A bar chart. The scale is logarithmic if the bars differ by more than a factor of 20. */
public final class BarChart {
    private static final double MUCH = 20;

    private BarChart() {}

    /**
     * Draws the bars in the order given.
     *
     * @param id the chart's name, unique within the page.
     * @param label a description for screen readers.
     * @param yTitle the quantity and its unit.
     * @param bars the bars, at least one.
     * @return an {@code svg} element.
     * @throws IOException if the chart cannot be drawn.
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
        if (bars.size() > 1) {
            // Otherwise XChart leaves out every other name. It does not accept 1.
            style.setXAxisMaxLabelCount(bars.size());
        }
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
            // One series for each shade, with null in the places of the other shades' bars.
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
     * @param name the name below the bar.
     * @param value the height.
     * @param shade the color.
     */
    public record Bar(String name, double value, Shade shade) {}

    /** The kind of contender that a bar's color shows. */
    public enum Shade {
        /** Flagstone. */
        OURS(Charts.BLUE),
        /** Another cache or map. */
        PEER(Charts.PALE_BLUE),
        /** A floor: the time or space that memory itself takes. */
        FLOOR(Charts.ORANGE);

        private final Color color;

        Shade(Color color) {
            this.color = color;
        }

        /**
         * Returns the shade of a contender.
         *
         * @param ours whether it is Flagstone.
         * @param floor whether it is a floor.
         * @return the shade.
         */
        public static Shade of(boolean ours, boolean floor) {
            if (ours) {
                return OURS;
            }
            return floor ? FLOOR : PEER;
        }
    }
}
