// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The screen of a terminal that was sent some output: text, line ends and cursor movements. */
final class Screen {
    private static final Pattern MOVE = Pattern.compile("\u001b\\[(\\d*)([AB])");

    private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    private final int columns;
    private int row;
    private int column;

    private Screen(int columns) {
        this.columns = columns;
    }

    /** Returns the lines that a terminal shows after this output. */
    static List<String> after(String output, int columns) {
        final Screen screen = new Screen(columns);
        final Matcher move = MOVE.matcher(output);
        int i = 0;
        while (i < output.length()) {
            if (move.find(i) && move.start() == i) {
                final int rows = move.group(1).isEmpty() ? 1 : Integer.parseInt(move.group(1));
                screen.move("A".equals(move.group(2)) ? -rows : rows);
                i = move.end();
            } else {
                screen.accept(output.charAt(i++));
            }
        }
        return screen.lines.stream()
                .map(line -> line.toString().stripTrailing())
                .collect(Collectors.toList());
    }

    private void move(int rows) {
        row = Math.max(0, Math.min(lines.size() - 1, row + rows));
    }

    private void accept(char c) {
        if (c == '\r') {
            column = 0;
        } else if (c == '\n') {
            feed();
        } else {
            if (column == columns) {
                column = 0;
                feed();
            }
            final StringBuilder line = lines.get(row);
            while (line.length() <= column) {
                line.append(' ');
            }
            line.setCharAt(column++, c);
        }
    }

    private void feed() {
        row++;
        if (row == lines.size()) {
            lines.add(new StringBuilder());
        }
    }
}
