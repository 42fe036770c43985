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
                    Metric.LOADS_EXPIRED,
                    Metric.REPLICA_GAPS,
                    Metric.REPLICA_JOINS,
                    Metric.REPLICA_REFUSED,
                    Metric.REPLICA_EVICTIONS,
                    Metric.PUBLISHER_SENT,
                    Metric.PUBLISHER_DROPPED,
                    Metric.PUBLISHER_NO_ROOM,
                    Metric.PUBLISHER_GAPS);

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
        if (view.beginning() != null) {
            wrap(lines, view.beginning());
        }
        view.replication().forEach(line -> wrap(lines, line));
        alerts.forEach(alert -> wrap(lines, alert.line()));
        lines.add("");
        // The last line may have to tell that size classes are left out.
        final boolean hasClasses =
                now.ofClasses().entrySet().stream().anyMatch(StatScreen::hasSlabs);
        fill(lines, figures(), hasClasses ? room - 1 : room);
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
        if (width >= TWO_PANES) {
            return beside(counts, memory);
        }
        final List<String> lines = new ArrayList<>(counts);
        lines.add("");
        lines.addAll(memory);
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

    /** Adds the size classes that have slabs, as many as fit, if need be in two panes. */
    private void classes(List<String> lines, int room) {
        final List<Map.Entry<Integer, Map<Metric, Long>>> held =
                now.ofClasses().entrySet().stream().filter(StatScreen::hasSlabs).toList();
        // A blank line and the titles come first.
        final int free = room - lines.size() - 2;
        final boolean wide = width >= TWO_PANES;
        final int panes = wide && held.size() > free ? 2 : 1;
        final int rows =
                held.size() <= panes * free
                        ? (held.size() + panes - 1) / panes
                        : Math.max(0, free - 1);
        final int shown = Math.min(held.size(), panes * rows);
        if (shown > 0) {
            final boolean roomy = wide && panes == 1;
            lines.add("");
            lines.addAll(
                    beside(
                            table(held.subList(0, Math.min(rows, shown)), roomy),
                            shown > rows ? table(held.subList(rows, shown), roomy) : List.of()));
        }
        if (shown < held.size()) {
            lines.add("size classes left out: " + (held.size() - shown) + "; see --json");
        }
    }

    private static boolean hasSlabs(Map.Entry<Integer, Map<Metric, Long>> entry) {
        return entry.getValue().getOrDefault(Metric.CLASS_SLABS, 0L) != 0;
    }

    private static List<String> table(
            List<Map.Entry<Integer, Map<Metric, Long>>> held, boolean roomy) {
        final List<List<String>> rows = new ArrayList<>();
        for (final Map.Entry<Integer, Map<Metric, Long>> entry : held) {
            final List<String> row = new ArrayList<>(List.of(Units.bytes(entry.getKey())));
            for (final Metric metric : OF_CLASS) {
                final long value = entry.getValue().getOrDefault(metric, 0L);
                row.add(roomy ? Units.count(value) : Units.compact(value));
            }
            rows.add(row);
        }
        return TextTable.lines(roomy ? 2 : 1, roomy ? CLASS_TITLES : NARROW_CLASS_TITLES, rows);
    }

    /** Returns lines with other lines to their right. */
    private static List<String> beside(List<String> left, List<String> right) {
        final List<String> lines = new ArrayList<>();
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            final String first = i < left.size() ? left.get(i) : "";
            if (i < right.size()) {
                final String gap = " ".repeat(Math.max(1, PANE - first.length()));
                lines.add((first + gap + right.get(i)).stripTrailing());
            } else {
                lines.add(first);
            }
        }
        return lines;
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
