// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.tools.console.Units;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Several curves over a logarithmic axis of sizes. */
public final class CurveChart {
    private static final int MOST_BELOW = 6;

    private CurveChart() {}

    /**
     * Draws them.
     *
     * @param id tells it from the page's other charts.
     * @param label what it shows, for those who do not see it.
     * @param xTitle the sizes.
     * @param yTitle the quantity and its unit.
     * @param logarithmic whether the quantity is, too.
     * @param curves at least one.
     * @return an {@code svg} element.
     * @throws IOException where it cannot be drawn.
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
     * @param name in the legend.
     * @param x sizes, ascending.
     * @param y as many values.
     */
    public record Curve(String name, double[] x, double[] y) {}
}
