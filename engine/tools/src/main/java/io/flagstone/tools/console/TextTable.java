// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.PrintWriter;
import java.util.List;

/** Prints plain text tables. The first column is aligned left, the others right. */
public final class TextTable {
    private TextTable() {}

    /**
     * Prints a table.
     *
     * @param out the writer to print to.
     * @param head the titles of the columns.
     * @param rows the rows, each with one cell per column.
     */
    public static void print(PrintWriter out, List<String> head, List<List<String>> rows) {
        final int[] widths = new int[head.size()];
        widen(widths, head);
        rows.forEach(row -> widen(widths, row));
        line(out, widths, head);
        rows.forEach(row -> line(out, widths, row));
    }

    private static void widen(int[] widths, List<String> cells) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static void line(PrintWriter out, int[] widths, List<String> cells) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            final String cell = cells.get(i);
            final String padding = " ".repeat(widths[i] - cell.length());
            line.append("  ").append(i == 0 ? cell + padding : padding + cell);
        }
        out.println(line.toString().stripTrailing());
    }
}
