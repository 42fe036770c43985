package io.flagstone.bench.report;

import java.awt.Color;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Several curves over a logarithmic axis of sizes. */
public final class CurveChart {
    private static final Color[] COLORS = {
        Charts.BLUE,
        Charts.ORANGE,
        Charts.GREEN,
        Charts.PURPLE,
        new Color(0xbe, 0x12, 0x3c),
        new Color(0x0e, 0x74, 0x90),
        new Color(0xa1, 0x62, 0x07),
        new Color(0x4b, 0x55, 0x63),
        new Color(0xdb, 0x27, 0x77),
        new Color(0x65, 0xa3, 0x0d),
        new Color(0x9d, 0xb8, 0xf5),
        new Color(0xf0, 0xb2, 0x7a),
        new Color(0x86, 0xef, 0xac)
    };

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
            Charts.line(chart, curve.name(), curve.x(), curve.y(), COLORS[i % COLORS.length])
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
