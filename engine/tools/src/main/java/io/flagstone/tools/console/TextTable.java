// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Lays out plain text tables. The first columns are aligned left, the others right. */
public final class TextTable {
    private TextTable() {}

    /**
     * Prints a table of figures, whose first column has names.
     *
     * @param out the writer to print to.
     * @param head the titles of the columns.
     * @param rows the rows, each with one cell per column.
     */
    public static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
        print(out, 1, head, rows);
    }

    /**
     * Prints a table.
     *
     * @param out the writer to print to.
     * @param names the number of columns that are aligned left.
     * @param head the titles of the columns.
     * @param rows the rows, each with one cell per column.
     */
    public static void print(
            PrintWriter out, int names, List<String> head, List<List<String>> rows) {
        lines(2, names, head, rows).forEach(line -> out.println("  " + line));
    }

    /**
     * Lays out a table of figures, whose first column has names.
     *
     * @param gap the number of spaces between two columns.
     * @param head the titles of the columns; a column is at least as wide as its title.
     * @param rows the rows, each with one cell per column.
     * @return the lines, without spaces at their ends.
     */
    public static List<String> lines(int gap, List<String> head, List<List<String>> rows) {
        return lines(gap, 1, head, rows);
    }

    private static List<String> lines(
            int gap, int names, List<String> head, List<List<String>> rows) {
        final int[] widths = new int[head.size()];
        widen(widths, head);
        rows.forEach(row -> widen(widths, row));
        final List<String> lines = new ArrayList<>();
        lines.add(line(gap, names, widths, head));
        rows.forEach(row -> lines.add(line(gap, names, widths, row)));
        return lines;
    }

    private static void widen(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static String line(int gap, int names, int[] widths, List<String> cells) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            final String cell = cells.get(i);
            final String padding = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : " ".repeat(gap));
            line.append(i < names ? cell + padding : padding + cell);
        }
        return line.toString().stripTrailing();
    }
}
