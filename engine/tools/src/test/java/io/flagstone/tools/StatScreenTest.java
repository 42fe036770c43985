// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader.State;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.ScreenSize;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The screen of {@code stat} fits, with the most important figures first. */
class StatScreenTest {
    private final Map<Metric, Long> counts = new EnumMap<>(Metric.class);
    private final Map<Integer, Map<Metric, Long>> classes = new TreeMap<>();

    private List<String> screen(int columns, int lines) {
        final MetricsSnapshot now = new MetricsSnapshot(0, 3_600_000, counts, classes, true);
        return StatScreen.lines(
                new StatView("quotes", 4711, 1_000, State.LIVE, null, now, 400, null),
                new ScreenSize(columns, lines));
    }

    private void addClasses(int number) {
        for (int i = 1; i <= number; i++) {
            final Map<Metric, Long> figures = new EnumMap<>(Metric.class);
            StatScreen.OF_CLASS.forEach(metric -> figures.put(metric, 123_456L));
            classes.put(64 * i, figures);
        }
    }

    private void countEverything() {
        StatScreen.COUNTS.forEach(metric -> counts.put(metric, 1_234_567_890L));
        StatScreen.MEMORY.forEach(metric -> counts.put(metric, 10_485_759L));
        counts.put(Metric.HITS, 1_234_567_890_123L);
        counts.put(Metric.TOTAL_LOAD_NS, 1_234_567_890_123_456L);
    }

    @Test
    void noLineIsTooLongAndNoScreenTooHigh() {
        countEverything();
        addClasses(100);
        for (final int columns : List.of(20, 40, 75, 76, 80, 200)) {
            for (final int lines : List.of(5, 12, 24, 60, 300)) {
                final List<String> screen = screen(columns, lines);
                assertThat(screen)
                        .as(columns + " x " + lines)
                        .hasSizeLessThan(lines)
                        .allMatch(line -> line.length() <= columns);
                assertThat(screen.get(screen.size() - 1)).startsWith("/s over");
                if (lines == 24 && columns >= 40) {
                    assertThat(screen.get(screen.size() - 2)).startsWith("size classes left out");
                }
            }
        }
    }

    @Test
    void nothingIsCutFrom40Columns() {
        countEverything();
        addClasses(100);
        assertThat(figures(40)).hasSizeGreaterThan(130).isEqualTo(figures(60));
    }

    /** Returns the lines between the alerts and the legend. */
    private List<String> figures(int columns) {
        final List<String> screen = screen(columns, 300);
        return screen.subList(screen.indexOf(""), screen.size() - 1);
    }

    @Test
    void hidesRowsOfZeroAndShowsLoadsAndResetsIfThereAreAny() {
        counts.put(Metric.HITS, 3L);
        counts.put(Metric.MISSES, 1L);
        String text = String.join("\n", screen(80, 24));
        assertThat(text).contains("reads", "75.00 %", "live, figures 0.4 s old", "process 4711");
        assertThat(text).doesNotContain("insertions", "loads", "segment resets", "size class");
        counts.put(Metric.LOADS, 4L);
        counts.put(Metric.TOTAL_LOAD_NS, 6_000_000L);
        counts.put(Metric.SEGMENT_RESETS, 1L);
        text = String.join("\n", screen(80, 24));
        assertThat(text).contains("loads", "ms per load", "1.500", "segment resets");
    }

    @Test
    void showsStateAndLagOfAReplica() {
        counts.put(Metric.REPLICA_STATE, (long) Metric.REPLICA_STATES.indexOf("LIVE"));
        counts.put(Metric.REPLICA_EPOCH, 65_537L);
        counts.put(Metric.REPLICA_LAG_NS, 3_400_000L);
        counts.put(Metric.REPLICA_LAG_RECORDS, 12L);
        counts.put(Metric.REPLICA_APPLIED, 1_234_567L);
        counts.put(Metric.REPLICA_JOINS, 2L);
        final String live =
                "replica LIVE, epoch 65537: 3,400 \u00b5s behind, changes behind 12, applied"
                        + " 1,234,567";
        assertThat(screen(100, 24)).contains(live);
        assertThat(String.join("\n", screen(80, 24))).contains("replica joins");
        counts.put(Metric.REPLICA_LAG_NS, -1L);
        assertThat(screen(100, 24)).anyMatch(line -> line.contains(": no primary heard, "));
        counts.put(Metric.REPLICA_STATE, (long) Metric.REPLICA_STATES.indexOf("PROMOTED"));
        assertThat(screen(80, 24)).contains("replica PROMOTED, epoch 65537");
        counts.put(Metric.REPLICA_STATE, 99L);
        assertThat(String.join("\n", screen(80, 24))).contains("replica STATE 99, ");
    }

    @Test
    void replicationFitsWithAlertsAndEverythingElse() {
        countEverything();
        addClasses(100);
        for (final Metric metric : Metric.values()) {
            if (metric.isOfOthers()) {
                counts.put(metric, 1_234_567_890_123L);
            }
        }
        counts.put(Metric.REPLICA_STATE, (long) Metric.REPLICA_STATES.indexOf("LOST"));
        for (final int columns : List.of(20, 40, 80)) {
            final List<String> screen = screen(columns, 24);
            assertThat(screen).hasSizeLessThan(24).allMatch(line -> line.length() <= columns);
            assertThat(screen).anyMatch(line -> line.startsWith("replica LOST"));
        }
        assertThat(screen(80, 24))
                .anyMatch(line -> line.startsWith("publisher FENCED, epoch"))
                .contains("! another primary has taken over: see \"A replica is behind\"")
                .anyMatch(line -> line.startsWith("counts "))
                .anyMatch(line -> line.startsWith("size classes left out"));
    }

    @Test
    void showsAPublisherAndItsReplicas() {
        counts.put(Metric.PUBLISHER_EPOCH, 1L);
        counts.put(Metric.PUBLISHER_NUMBER, 123_456L);
        counts.put(Metric.PUBLISHER_REPLICAS, 3L);
        counts.put(Metric.PUBLISHER_LIVE, 2L);
        counts.put(Metric.PUBLISHER_LAG_RECORDS, 40L);
        assertThat(screen(80, 24))
                .contains(
                        "publisher, epoch 1: change 123,456, replicas 3, live 2, slowest behind by"
                                + " 40");
        counts.put(Metric.PUBLISHER_FENCED, 1L);
        assertThat(screen(80, 24)).anyMatch(line -> line.startsWith("publisher FENCED, epoch 1: "));
    }

    @Test
    void tellsHowManySizeClassesDoNotFit() {
        addClasses(100);
        final List<String> screen = screen(80, 24);
        // Two panes of size classes.
        assertThat(screen)
                .hasSize(23)
                .anyMatch(line -> line.startsWith("64 B ") && line.contains("     896 B"))
                .contains("size classes left out: " + (100 - 2 * 13) + "; see --json");
        classes.clear();
        addClasses(3);
        assertThat(screen(80, 24)).noneMatch(line -> line.contains("left out"));
    }

    @Test
    void aLongNameLeavesRoomForTheState() {
        final MetricsSnapshot now = new MetricsSnapshot(0, 1, counts, classes, true);
        final String first =
                StatScreen.lines(
                                new StatView(
                                        "n".repeat(100), 1, 1_000, State.DIED, null, now, 9, null),
                                new ScreenSize(40, 24))
                        .get(0);
        assertThat(first).hasSize(40).startsWith("nnn").endsWith(": DIED, last figures 0.0 s old");
    }
}
