// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Breaks text into lines. */
public final class Wrapping {
    /** The most characters of a line of a text report, without its indentation. */
    public static final int WIDTH = 96;

    private Wrapping() {}

    /**
     * Breaks a text at its spaces.
     *
     * @param text words with single spaces between them.
     * @param width the most characters of a line; a longer word has a line of its own.
     * @return the lines, in order.
     */
    public static List<String> lines(String text, int width) {
        final List<String> lines = new ArrayList<>();
        final StringBuilder line = new StringBuilder();
        for (final String word : text.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /**
     * Prints a paragraph of a text report.
     *
     * @param out where to print.
     * @param text words with single spaces between them.
     */
    public static void print(PrintWriter out, String text) {
        lines(text, WIDTH).forEach(line -> out.println("  " + line));
    }
}
