// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of the documentation whose rows a test computes. It is between the lines {@code <!--
 * table NAME -->} and {@code <!-- end -->}. With the system property {@code
 * flagstone.docs.update=true} the test writes the table, otherwise it compares.
 */
public final class GeneratedTable {
    private static final String END = "<!-- end -->";

    private GeneratedTable() {}

    /**
     * Compares a table with its page, or writes it there.
     *
     * @param page the page.
     * @param name the table's name.
     * @param rows the cells of each row; the first row is the head.
     */
    public static void check(Path page, String name, List<List<String>> rows) throws IOException {
        final List<String> lines = new ArrayList<>(Files.readAllLines(page));
        final List<String> shown = shown(lines, page, name);
        final List<String> computed = markdown(rows);
        if (Boolean.getBoolean("flagstone.docs.update")) {
            shown.clear();
            shown.addAll(computed);
            Files.writeString(page, String.join("\n", lines) + "\n");
        } else {
            assertThat(shown)
                    .as("%s: update it with -Dflagstone.docs.update=true", page.getFileName())
                    .containsExactlyElementsOf(computed);
        }
    }

    /**
     * Returns the cells of a row of a table as the page shows it.
     *
     * @param page the page.
     * @param name the table's name.
     * @param first the row's first cell.
     */
    public static List<String> row(Path page, String name, String first) throws IOException {
        return shown(Files.readAllLines(page), page, name).stream()
                .filter(line -> line.startsWith("| " + first + " |"))
                .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ", -1)))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> shown(List<String> lines, Path page, String name) {
        final int begin = lines.indexOf("<!-- table " + name + " -->");
        assertThat(begin).as("table %s in %s", name, page).isNotNegative();
        final List<String> tail = lines.subList(begin + 1, lines.size());
        return tail.subList(0, tail.indexOf(END));
    }

    private static List<String> markdown(List<List<String>> rows) {
        final List<String> lines = new ArrayList<>();
        for (final List<String> row : rows) {
            lines.add("| " + String.join(" | ", row) + " |");
            if (lines.size() == 1) {
                lines.add("|" + "---|".repeat(row.size()));
            }
        }
        lines.replaceAll(line -> line.replace("|  |", "| |"));
        return lines;
    }
}
