// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.ScreenSize;
import io.flagstone.tools.console.TextTable;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lays out the figures for a screen of limited size. State, alerts and rates come first, then
 * memory, then as many size classes as fit. Rows that are zero are left out.
 */
final class StatScreen {
    /** From this width on, memory stands to the right of the counts. */
    private static final int TWO_PANES = 76;

    private static final int PANE = 40;

    static final List<Metric> COUNTS =
            List.of(
                    Metric.INSERTIONS,
                    Metric.REPLACEMENTS,
                    Metric.REMOVALS,
                    Metric.EXPIRATIONS,
                    Metric.BOUND_EVICTIONS,
                    Metric.ROOM_EVICTIONS,
                    Metric.SLAB_EVICTIONS,
                    Metric.LOCK_CONTENTIONS,
                    Metric.READ_RETRIES,
                    Metric.PROMOTIONS,
                    Metric.MISSED_PROMOTIONS,
                    Metric.MOVES,
                    Metric.SLAB_REASSIGNMENTS,
                    Metric.SEGMENT_RESETS,
                    Metric.RESET_ENTRIES,
                    Metric.LOADS,
                    Metric.LOAD_FAILURES,
                    Metric.REFRESHES,
                    Metric.LOADS_OUTDATED,
                    Metric.LOADS_TOO_LARGE,
                    Metric.LOADS_EXPIRED);

    static final List<Metric> MEMORY =
            List.of(
                    Metric.BUDGET_BYTES,
                    Metric.KEY_BYTES,
                    Metric.VALUE_BYTES,
                    Metric.HEADER_BYTES,
                    Metric.INDEX_BYTES,
                    Metric.ROUNDING_BYTES,
                    Metric.FREE_CHUNK_BYTES,
                    Metric.FREE_SLAB_BYTES,
                    Metric.UNUSED_BYTES,
                    Metric.HUGE_PAGE_BYTES);

    static final List<Metric> OF_CLASS =
            List.of(
                    Metric.CLASS_SLABS,
                    Metric.CLASS_ENTRIES,
                    Metric.CLASS_FREE_CHUNKS,
                    Metric.CLASS_TAIL_AGE);

    static final List<String> CLASS_TITLES =
            List.of("size class", "slabs", "entries", "free chunks", "tail age");

    private static final List<String> NARROW_CLASS_TITLES =
            List.of("class    ", "slabs", "entries", " free", "  age");

    private final StatView view;
    private final MetricsSnapshot now;
    private final Rates rates;
    private final List<StatAlert> alerts;
    private final int width;
    private final int height;

    private StatScreen(StatView view, ScreenSize size) {
        this.view = view;
        this.now = view.now();
        this.rates = view.rates();
        this.alerts = StatAlert.of(view);
        this.width = size.columns();
        // The cursor needs the last line.
        this.height = size.lines() - 1;
    }

    /**
     * Lays out one frame.
     *
     * @param view the figures.
     * @param size the size of the screen.
     * @return fewer lines than the screen has, none of them longer than it is wide.
     */
    static List<String> lines(StatView view, ScreenSize size) {
        return new StatScreen(view, size).lines();
    }

    private List<String> lines() {
        final List<String> lines = new ArrayList<>(head());
        final int room = height - 1;
        alerts.forEach(alert -> wrap(lines, alert.line()));
        lines.add("");
        fill(lines, figures(), room);
        classes(lines, room);
        while (lines.size() > room) {
            lines.remove(lines.size() - 1);
        }
        lines.add(legend());
        return lines.stream()
                .map(line -> line.length() > width ? line.substring(0, width) : line)
                .toList();
    }

    private List<String> head() {
        final String age = Units.age(view.ageMs()) + " old";
        final String state =
                switch (view.state()) {
                    case LIVE -> ": live, figures " + age;
                    case CLOSED -> ": closed, last figures " + age;
                    case DIED -> ": DIED, last figures " + age;
                };
        final int room = Math.max(1, width - state.length());
        final String name = view.name();
        return List.of(
                (name.length() > room ? name.substring(0, room) : name) + state,
                "process "
                        + view.processId()
                        + ", published for "
                        + Units.age(now.atMs() - now.openedMs()));
    }

    /** Adds a text, wrapped at spaces. Further lines are indented. */
    private void wrap(List<String> lines, String text) {
        final StringBuilder line = new StringBuilder();
        for (final String word : text.split(" ")) {
            if (line.length() > 2 && line.length() + word.length() > width) {
                lines.add(line.toString().stripTrailing());
                line.replace(0, line.length(), "  ");
            }
            line.append(word).append(' ');
        }
        lines.add(line.toString().stripTrailing());
    }

    /** Adds lines up to a number. If not all fit, the last line tells how many are left out. */
    private static void fill(List<String> lines, List<String> more, int room) {
        final int free = Math.max(1, room - lines.size());
        if (more.size() <= free) {
            lines.addAll(more);
        } else {
            lines.addAll(more.subList(0, free - 1));
            lines.add("lines left out: " + (more.size() - free + 1) + "; see --json");
        }
    }

    private List<String> figures() {
        final List<String> counts = TextTable.lines(2, countsHead(), counts());
        final List<String> memory =
                TextTable.lines(2, List.of("memory       ", "      size", "   share"), memory());
        final List<String> lines = new ArrayList<>();
        if (width < TWO_PANES) {
            lines.addAll(counts);
            lines.add("");
            lines.addAll(memory);
            return lines;
        }
        for (int i = 0; i < Math.max(counts.size(), memory.size()); i++) {
            final String left = i < counts.size() ? counts.get(i) : "";
            final String right = i < memory.size() ? memory.get(i) : "";
            lines.add((left + " ".repeat(PANE - left.length()) + right).stripTrailing());
        }
        return lines;
    }

    /** Returns titles as wide as the columns usually get, so that these stand still. */
    private static List<String> countsHead() {
        return List.of("counts            ", "     /s", "  total");
    }

    private List<List<String>> counts() {
        final List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "reads",
                        Units.compact(rates.of(Metric.HITS, Metric.MISSES)),
                        Units.compact(now.get(Metric.HITS) + now.get(Metric.MISSES))));
        rows.add(
                List.of(
                        "hit ratio",
                        Units.percent(rates.hitRatio()),
                        Units.percent(now.hitRatio())));
        for (final Metric metric : COUNTS) {
            if (now.get(metric) != 0) {
                rows.add(
                        List.of(
                                metric.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                                Units.compact(rates.of(metric)),
                                Units.compact(now.get(metric))));
            }
        }
        final long loads = now.get(Metric.LOADS) + now.get(Metric.LOAD_FAILURES);
        if (loads > 0) {
            final long during = rates.counted(Metric.LOADS, Metric.LOAD_FAILURES);
            rows.add(
                    List.of(
                            "ms per load",
                            during <= 0
                                    ? ""
                                    : StatReport.millis(
                                            rates.counted(Metric.TOTAL_LOAD_NS), during),
                            StatReport.millis(now.get(Metric.TOTAL_LOAD_NS), loads)));
        }
        return rows;
    }

    private List<List<String>> memory() {
        final long budget = now.get(Metric.BUDGET_BYTES);
        final List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("entries", Units.compact(now.get(Metric.ENTRIES)), ""));
        for (final Metric part : MEMORY) {
            final long bytes = now.get(part);
            if (bytes != 0) {
                rows.add(
                        List.of(
                                part.label().replace(" and fixed parts", "").replace(", bytes", ""),
                                Units.bytes(bytes),
                                budget == 0 ? "" : Units.percent((double) bytes / budget)));
            }
        }
        return rows;
    }

    private void classes(List<String> lines, int room) {
        final boolean wide = width >= TWO_PANES;
        final List<List<String>> rows = new ArrayList<>();
        for (final Map.Entry<Integer, Map<Metric, Long>> entry : now.ofClasses().entrySet()) {
            final Map<Metric, Long> figures = entry.getValue();
            if (figures.getOrDefault(Metric.CLASS_SLABS, 0L) != 0) {
                final List<String> row = new ArrayList<>(List.of(Units.bytes(entry.getKey())));
                for (final Metric metric : OF_CLASS) {
                    final long value = figures.getOrDefault(metric, 0L);
                    row.add(wide ? Units.count(value) : Units.compact(value));
                }
                rows.add(row);
            }
        }
        // A blank line and the titles come first.
        final int free = room - lines.size() - 2;
        final int shown = rows.size() <= free ? rows.size() : Math.max(0, free - 1);
        if (shown > 0) {
            lines.add("");
            lines.addAll(
                    TextTable.lines(
                            wide ? 2 : 1,
                            wide ? CLASS_TITLES : NARROW_CLASS_TITLES,
                            rows.subList(0, shown)));
        }
        if (shown < rows.size() && lines.size() < room) {
            lines.add("size classes left out: " + (rows.size() - shown) + "; see --json");
        }
    }

    private String legend() {
        final String span = Units.age(rates.ms());
        if (!alerts.isEmpty()) {
            return "/s over " + span + "; ! docs/operations.md";
        }
        final String legend =
                "/s over the last "
                        + span
                        + "; total since the cache was built; rows of 0 are hidden";
        return legend.length() <= width ? legend : "/s over " + span + "; rows of 0 are hidden";
    }
}
