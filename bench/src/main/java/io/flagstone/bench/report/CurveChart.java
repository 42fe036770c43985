// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart of curves over a logarithmic axis of sizes. */
public final class CurveChart {
    private static final int MOST_BELOW = 6;

    private CurveChart() {}

    /**
     * Draws the curves.
     *
     * @param id the chart's name, unique within the page.
     * @param label a description for screen readers.
     * @param xTitle the title of the sizes.
     * @param yTitle the quantity and its unit.
     * @param logarithmic whether the axis of the quantity is logarithmic too.
     * @param curves the curves, at least one.
     * @return an {@code svg} element.
     * @throws IOException if the chart cannot be drawn.
     */
    public static String svg(
            String id,
            String label,
            String xTitle,
            String yTitle,
            boolean logarithmic,
            List<Curve> curves)
            throws IOException {
        final XYChart chart = Charts.chart(960, 420, xTitle, yTitle);
        final XYStyler style = chart.getStyler();
        if (curves.size() > MOST_BELOW) {
            Charts.legendBeside(style);
        }
        style.setXAxisLogarithmic(true);
        style.setXAxisLogarithmicDecadeOnly(true);
        style.setXAxisTickLabelsFormattingFunction(x -> Units.count(Math.round(x)));
        style.setYAxisTickLabelsFormattingFunction(
                y -> y == Math.rint(y) ? Units.count(Math.round(y)) : "" + y);
        if (logarithmic) {
            style.setYAxisLogarithmic(true);
            style.setYAxisLogarithmicDecadeOnly(true);
        } else {
            style.setYAxisMin(0.0);
        }
        for (int i = 0; i < curves.size(); i++) {
            final Curve curve = curves.get(i);
            Charts.line(chart, curve.name(), curve.x(), curve.y(), Charts.color(i))
                    .setMarker(SeriesMarkers.CIRCLE);
        }
        return Charts.svg(chart, id, label);
    }

    /**
     * A curve.
     *
     * @param name the name in the legend.
     * @param x the sizes, ascending.
     * @param y the values, as many as sizes.
     */
    public record Curve(String name, double[] x, double[] y) {}
}
