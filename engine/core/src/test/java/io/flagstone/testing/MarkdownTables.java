// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.api.MemoryReport.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the tables of the documentation, for tests that compare them with the code. */
public final class MarkdownTables {
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| (.*) \\|");

    private static final Set<String> NOT_PARTS = Set.of("entries", "hugePageBytes");

    private MarkdownTables() {}

    /** Returns the second cell of each row under a heading, by the name in the first cell. */
    public static Map<String, String> rows(Path page, String heading) throws IOException {
        final Map<String, String> rows = new LinkedHashMap<>();
        cells(page, heading).forEach((name, cells) -> rows.put(name, cells.get(0)));
        return rows;
    }

    /**
     * Returns all cells but the first of each row under a heading, by the name in the first cell.
     */
    public static Map<String, List<String>> cells(Path page, String heading) throws IOException {
        final List<String> lines = Files.readAllLines(page);
        final int start = lines.indexOf(heading);
        assertThat(start).as(heading).isNotNegative();
        final Map<String, List<String>> rows = new LinkedHashMap<>();
        for (final String line : lines.subList(start + 1, lines.size())) {
            if (line.startsWith("#")) {
                break;
            }
            final Matcher row = ROW.matcher(line);
            if (row.matches()) {
                final List<String> cells = List.of(row.group(2).split("\\s*\\|\\s*"));
                assertThat(rows.put(row.group(1), cells)).as(line).isNull();
            }
        }
        return rows;
    }

    /** Parses a number whose digits are grouped by spaces. */
    public static long number(String cell) {
        return Long.parseLong(cell.replace(" ", ""));
    }

    /**
     * Fails unless the rows show each part of a report. Other components of the report are
     * optional.
     */
    public static void assertShown(MemoryReport report, Map<String, String> rows) {
        for (final Figure figure : Figure.values()) {
            final String name = figure.accessorName();
            if (rows.containsKey(name) || !NOT_PARTS.contains(name)) {
                assertThat(rows).containsKey(name);
                assertThat(report.get(figure)).as(name).isEqualTo(number(rows.get(name)));
            }
        }
    }
}
