// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Breaks text into lines. */
public final class Wrapping {
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
}
