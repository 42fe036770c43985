// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The common style of all charts, and their rendering as SVG. */
public final class Charts {
    /** The color of Flagstone, and of the first line. */
    public static final Color BLUE = new Color(0x1d, 0x4e, 0xd8);

    /** The color of floors, and of the second line. */
    public static final Color ORANGE = new Color(0xd9, 0x6c, 0x06);

    /** The color of the third line. */
    public static final Color GREEN = new Color(0x15, 0x80, 0x3d);

    /** The color of the fourth line. */
    public static final Color PURPLE = new Color(0x7e, 0x22, 0xce);

    /** The color of text, and of a line that sums up the others. */
    public static final Color INK = new Color(0x1f, 0x29, 0x37);

    /** The color of other contenders, and of a line in the background. */
    public static final Color PALE_BLUE = new Color(0x9d, 0xb8, 0xf5);

    private static final Color[] COLORS = {
        BLUE,
        ORANGE,
        GREEN,
        PURPLE,
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

    private static final Color GRID = new Color(0xe5, 0xe7, 0xeb);
    private static final Color AXIS = new Color(0x9c, 0xa3, 0xaf);
    private static final Color LABEL = new Color(0x4b, 0x55, 0x63);
    private static final float LINE = 1.8f;

    private Charts() {}

    /** Puts the legend to the right of the chart, for names that do not fit in one line below. */
    static void legendBeside(AxesChartStyler style) {
        style.setLegendPosition(Styler.LegendPosition.OutsideE);
        style.setLegendLayout(Styler.LegendLayout.Vertical);
    }

    /** Returns the color of a line; colors repeat if there are more lines than colors. */
    static Color color(int number) {
        return COLORS[number % COLORS.length];
    }

    /**
     * Makes an empty chart in the common style.
     *
     * @param width in pixels.
     * @param height in pixels.
     * @param xTitle the title of the x axis.
     * @param yTitle the title of the y axis.
     * @return the chart.
     */
    public static XYChart chart(int width, int height, String xTitle, String yTitle) {
        final XYChart chart =
                new XYChartBuilder()
                        .width(width)
                        .height(height)
                        .xAxisTitle(xTitle)
                        .yAxisTitle(yTitle)
                        .build();
        style(chart.getStyler());
        return chart;
    }

    static void style(AxesChartStyler style) {
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE);
        style.setPlotBorderVisible(false);
        style.setChartTitleVisible(false);
        style.setChartFontColor(INK);
        style.setChartPadding(8);
        style.setLegendBorderColor(Color.WHITE);
        style.setLegendBackgroundColor(Color.WHITE);
        style.setLegendPosition(Styler.LegendPosition.OutsideS);
        style.setLegendLayout(Styler.LegendLayout.Horizontal);
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setLocale(Locale.ROOT);
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        style.setAxisTickLabelsColor(LABEL);
        style.setAxisTickMarksColor(AXIS);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1f));
        style.setPlotMargin(0);
        style.setPlotContentSize(1.0);
    }

    /**
     * Adds a line without markers to a chart.
     *
     * @param chart the chart.
     * @param name the line's name in the legend.
     * @param x the positions, ascending.
     * @param y the values, as many as positions.
     * @param color the line's color.
     * @return the line.
     */
    public static XYSeries line(XYChart chart, String name, double[] x, double[] y, Color color) {
        final XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(LINE, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        return series;
    }

    /**
     * Renders a chart for a page.
     *
     * @param chart the chart.
     * @param id the chart's name, unique within the page.
     * @param label a description for screen readers.
     * @return an {@code svg} element.
     * @throws IOException if the chart cannot be drawn.
     */
    public static String svg(Chart<?, ?> chart, String id, String label) throws IOException {
        try {
            return paint(chart, id, label);
        } catch (final LinkageError | InternalError lacking) {
            throw new IOException(
                    "the charts cannot be drawn because Java finds no fonts: " + lacking, lacking);
        }
    }

    private static String paint(Chart<?, ?> chart, String id, String label) throws IOException {
        final VectorGraphics2D graphics = new VectorGraphics2D();
        chart.paint(graphics, chart.getWidth(), chart.getHeight());
        final Document document =
                Processors.get("svg")
                        .getDocument(
                                graphics.getCommands(),
                                new PageSize(chart.getWidth(), chart.getHeight()));
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        document.writeTo(bytes);
        return SvgFragment.of(bytes.toString(StandardCharsets.UTF_8), id, label);
    }
}
