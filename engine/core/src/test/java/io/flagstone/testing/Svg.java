// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import java.util.Locale;

/** A drawing of boxes, text and arrows that is the same on every machine. */
public final class Svg {
    private static final String STYLE =
            """
              <defs>
                <marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
                  <path d="M0 0 L10 5 L0 10 Z" class="tip"/>
                </marker>
                <style>
                  text { font-family: "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; font-size: 12px; fill: #334155; }
                  .name { font-size: 14px; font-weight: bold; fill: #0f172a; }
                  .mid { text-anchor: middle; }
                  .end { text-anchor: end; }
                  rect { stroke: #475569; stroke-width: 1.2; }
                  .line { stroke: #475569; stroke-width: 1.3; fill: none; marker-end: url(#arrow); }
                  .plain { fill: #f8fafc; } .green { fill: #dcfce7; } .blue { fill: #dbeafe; }
                  .grey { fill: #e2e8f0; } .amber { fill: #fef3c7; }
                  .paper { fill: #ffffff; stroke: none; } .tip { fill: #475569; }
                  @media (prefers-color-scheme: dark) {
                    text { fill: #cbd5e1; } .name { fill: #f1f5f9; }
                    rect, .line { stroke: #94a3b8; } .tip { fill: #94a3b8; }
                    .plain { fill: #1e293b; } .green { fill: #14532d; } .blue { fill: #1e3a8a; }
                    .grey { fill: #334155; } .amber { fill: #713f12; }
                    .paper { fill: #0d1117; stroke: none; }
                  }
                </style>
              </defs>
            """;

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;
    private final String title;
    private final String description;

    /** Creates an empty drawing. */
    public Svg(int width, int height, String title, String description) {
        this.width = width;
        this.height = height;
        this.title = title;
        this.description = description;
    }

    /** Adds a box in one of the colours plain, green, blue, grey, amber. */
    public Svg box(double x, double y, double w, double h, String colour) {
        body.append(
                String.format(
                        Locale.ROOT,
                        "  <rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\""
                                + " class=\"%s\"/>%n",
                        x,
                        y,
                        w,
                        h,
                        colour));
        return this;
    }

    /** Adds text with the classes name, mid, end, or none. */
    public Svg text(double x, double y, String classes, String words) {
        body.append(
                String.format(
                        Locale.ROOT,
                        "  <text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>%n",
                        x,
                        y,
                        classes,
                        words.replace("&", "&amp;").replace("<", "&lt;")));
        return this;
    }

    /** Adds a box with lines of text in its middle. */
    public Svg box(double x, double y, double w, double h, String colour, String... lines) {
        box(x, y, w, h, colour);
        for (int i = 0; i < lines.length; i++) {
            text(x + w / 2, y + h / 2 + 4 + 16 * (i - (lines.length - 1) / 2.0), "mid", lines[i]);
        }
        return this;
    }

    /** Adds an arrow along points. */
    public Svg arrow(double... points) {
        final StringBuilder path = new StringBuilder();
        for (int i = 0; i < points.length; i += 2) {
            path.append(
                    String.format(
                            Locale.ROOT,
                            "%s%.1f %.1f",
                            i == 0 ? "M" : " L",
                            points[i],
                            points[i + 1]));
        }
        body.append("  <path d=\"").append(path).append("\" class=\"line\"/>\n");
        return this;
    }

    /** Returns the drawing as the text of an SVG file. */
    @Override
    public String toString() {
        return String.format(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                                + " width=\"%d\" height=\"%d\" role=\"img\" aria-labelledby=\"title"
                                + " desc\">%n",
                        width, height, width, height)
                + "  <title id=\"title\">"
                + title
                + "</title>\n  <desc id=\"desc\">"
                + description
                + "</desc>\n"
                + STYLE
                + String.format(
                        "  <rect width=\"%d\" height=\"%d\" class=\"paper\"/>%n", width, height)
                + body
                + "</svg>\n";
    }
}
