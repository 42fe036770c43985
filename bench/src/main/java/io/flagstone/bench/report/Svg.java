// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.Locale;

/** Builds the shapes of a picture. All coordinates are in pixels from the upper left corner. */
final class Svg {
    /** The size of the text that {@code chart.css} sets. */
    static final double TEXT = 13;

    /** The height of a line of text. */
    static final double LINE = 18;

    /** The width of most characters in DejaVu Sans, one of the widest fonts, by their height. */
    private static final double CHARACTER = 0.64;

    private static final double WIDE_CHARACTER = 0.98;
    private static final String WIDE = "mwMWµ%";

    private final StringBuilder shapes = new StringBuilder(1 << 14);

    /** Formats a coordinate with one decimal place at most. */
    static String number(double value) {
        final String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** Returns the space that a text needs, rather too much than too little. */
    static double width(String text) {
        final long wide = text.chars().filter(c -> WIDE.indexOf(c) >= 0).count();
        return TEXT * (CHARACTER * (text.length() - wide) + WIDE_CHARACTER * wide);
    }

    /** Adds text. The classes start, middle and end say which part of the text is at x. */
    void text(double x, double y, String classes, String text) {
        shapes.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y));
        shapes.append("\" class=\"").append(classes).append("\">");
        shapes.append(Html.escape(text)).append("</text>\n");
    }

    /** Adds text that is read from bottom to top, with its middle at the point. */
    void upright(double x, double y, String classes, String text) {
        shapes.append("<text transform=\"translate(").append(number(x)).append(' ');
        shapes.append(number(y)).append(") rotate(-90)\" class=\"").append(classes).append("\">");
        shapes.append(Html.escape(text)).append("</text>\n");
    }

    /** Adds a path. Its tip is shown while the pointer rests on it, unless it is empty. */
    void path(String classes, String data, String tip) {
        path(classes, "", data, tip);
    }

    /** Adds a path with dashes, which are lengths of lines and gaps, or empty for none. */
    void path(String classes, String dashes, String data, String tip) {
        shapes.append("<path class=\"").append(classes).append('"');
        if (!dashes.isEmpty()) {
            shapes.append(" stroke-dasharray=\"").append(dashes).append('"');
        }
        shapes.append(" d=\"").append(data).append('"');
        if (tip.isEmpty()) {
            shapes.append("/>\n");
        } else {
            shapes.append("><title>").append(Html.escape(tip)).append("</title></path>\n");
        }
    }

    /** Adds a marker with the look's color and shape. */
    void marker(Look look, double x, double y, String tip) {
        path(look.cssClass() + (look.hollow() ? " ring" : " dot"), look.marker(x, y), tip);
    }

    /** Returns the data of a straight line. */
    static String line(double x1, double y1, double x2, double y2) {
        return "M" + number(x1) + " " + number(y1) + "L" + number(x2) + " " + number(y2);
    }

    /** Returns the data of a rectangle. */
    static String box(double x, double y, double width, double height) {
        return "M"
                + number(x)
                + " "
                + number(y)
                + "h"
                + number(width)
                + "v"
                + number(height)
                + "h"
                + number(-width)
                + "z";
    }

    /** Returns the shapes so far. */
    @Override
    public String toString() {
        return shapes.toString();
    }
}
