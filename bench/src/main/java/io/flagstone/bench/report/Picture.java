// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;

/**
 * A chart, which is part of a page or a file of its own. Its text is text and its colors are
 * classes, so it follows the dark mode of the reader's system.
 *
 * @param name the name of the file without its suffix; unique within a report.
 * @param label a description for screen readers.
 * @param width in pixels.
 * @param height in pixels.
 * @param shapes the shapes, as SVG.
 */
public record Picture(String name, String label, double width, double height, String shapes) {
    private static final String SUFFIX = ".svg";

    /**
     * Returns the name of the file.
     *
     * @return the name with its suffix.
     */
    public String fileName() {
        return name + SUFFIX;
    }

    /**
     * Renders the chart as part of a page that has the style sheet of charts.
     *
     * @return an {@code svg} element.
     */
    public String element() {
        return open("") + ">\n" + shapes + "</svg>";
    }

    /**
     * Renders the chart as a file that needs no other.
     *
     * @return the text of an SVG file.
     * @throws IOException if the style sheet is missing from the jar.
     */
    public String file() throws IOException {
        return open(
                        String.format(
                                " width=\"%s\" height=\"%s\"",
                                Svg.number(width), Svg.number(height)))
                + ">\n<title>"
                + Html.escape(label)
                + "</title>\n<style>\n"
                + Styles.chart()
                + "</style>\n<path class=\"paper\" d=\""
                + Svg.box(0, 0, width, height)
                + "\"/>\n"
                + shapes
                + "</svg>\n";
    }

    private String open(String size) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\""
                + " aria-label=\""
                + Html.escape(label)
                + "\" viewBox=\"0 0 "
                + Svg.number(width)
                + " "
                + Svg.number(height)
                + "\""
                + size;
    }
}
