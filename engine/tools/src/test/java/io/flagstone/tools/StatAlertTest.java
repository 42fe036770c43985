// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader.State;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.tools.console.ScreenSize;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Alerts name the findings of docs/operations.md, and a section that the page has. */
class StatAlertTest {
    private static final MetricsSnapshot NOTHING = snapshot(0, Map.of(), true);

    private static MetricsSnapshot snapshot(long atMs, Map<Metric, Long> counts, boolean whole) {
        return new MetricsSnapshot(0, atMs, counts, Map.of(), whole);
    }

    private static StatView live(MetricsSnapshot before, Map<Metric, Long> counts) {
        return view(State.LIVE, before, snapshot(1_000, counts, true), 0);
    }

    private static StatView view(
            State state, MetricsSnapshot before, MetricsSnapshot now, long ageMs) {
        return new StatView("quotes", 1, 1_000, state, before, now, ageMs, null);
    }

    private static void assertAlert(StatView view, String line) throws IOException {
        assertThat(StatAlert.of(view)).extracting(StatAlert::line).containsExactly(line);
        final String section = StatAlert.of(view).get(0).section();
        assertThat(Files.readString(ProjectFiles.file("docs", "operations.md")))
                .containsPattern("\n(## " + section + "\n|\\*\\*" + section + "\\.\\*\\*)");
    }

    @Test
    void aQuietCacheHasNone() {
        final Map<Metric, Long> counts =
                Map.of(
                        Metric.HITS, 9_000L,
                        Metric.MISSES, 1_000L,
                        Metric.INSERTIONS, 10_000L,
                        Metric.ROOM_EVICTIONS, 9_000L,
                        Metric.LOCK_CONTENTIONS, 1_000L,
                        Metric.READ_RETRIES, 1_000L);
        assertThat(StatAlert.of(live(null, counts))).isEmpty();
        assertThat(StatAlert.of(live(NOTHING, counts))).isEmpty();
    }

    @Test
    void deathAndStaleFigures() throws IOException {
        assertAlert(
                view(State.DIED, null, NOTHING, 99_999),
                "! the process died without closing: see \"The process dies\"");
        assertThat(StatAlert.of(view(State.CLOSED, null, NOTHING, 99_999))).isEmpty();
        assertThat(StatAlert.of(view(State.LIVE, null, NOTHING, 3_500))).isEmpty();
        assertAlert(
                view(State.LIVE, null, NOTHING, 3_501), "! no figures for 3.5 s: see \"Watching\"");
        assertAlert(
                view(State.LIVE, null, NOTHING, -3_501),
                "! the figures are from the future: see \"Watching\"");
        assertAlert(
                view(State.LIVE, null, snapshot(0, Map.of(), false), 0),
                "! the figures are of different moments: see \"Watching\"");
    }

    @Test
    void segmentResetsContentionsAndRetries() throws IOException {
        assertAlert(
                live(null, Map.of(Metric.SEGMENT_RESETS, 2L, Metric.RESET_ENTRIES, 10_240L)),
                "! segment resets: 2, entries lost: 10,240: see \"A segment was emptied\"");
        assertAlert(
                live(null, Map.of(Metric.INSERTIONS, 1_000L, Metric.LOCK_CONTENTIONS, 2_345L)),
                "! lock contentions per write: 2.3: see \"Normal figures\"");
        assertAlert(
                live(NOTHING, Map.of(Metric.READ_RETRIES, 100L)),
                "! read retries without writes: see \"One segment is hot\"");
    }

    @Test
    void evictionsThatGrow() throws IOException {
        final MetricsSnapshot before =
                snapshot(0, Map.of(Metric.HITS, 10_000L, Metric.SLAB_EVICTIONS, 5L), true);
        assertAlert(
                live(before, Map.of(Metric.HITS, 10_000L, Metric.SLAB_EVICTIONS, 17L)),
                "! slab evictions grow by 12/s: see \"Values outgrow their size classes\"");
        assertAlert(
                live(
                        before,
                        Map.of(
                                Metric.HITS, 10_000L,
                                Metric.MISSES, 1_000L,
                                Metric.ROOM_EVICTIONS, 1L,
                                Metric.SLAB_EVICTIONS, 5L)),
                "! hit ratio falls, the memory is too little: see \"Normal figures\"");
        assertAlert(
                live(
                        before,
                        Map.of(
                                Metric.HITS, 10_000L,
                                Metric.MISSES, 1_000L,
                                Metric.BOUND_EVICTIONS, 1L,
                                Metric.FREE_SLAB_BYTES, 1L,
                                Metric.SLAB_EVICTIONS, 5L)),
                "! hit ratio falls, maxEntries is too low: see \"Normal figures\"");
        assertThat(StatAlert.of(live(null, Map.of(Metric.SLAB_EVICTIONS, 17L)))).isEmpty();
    }

    @Test
    void replicasAndPublishers() throws IOException {
        final long live = Metric.REPLICA_STATES.indexOf("LIVE");
        final long lost = Metric.REPLICA_STATES.indexOf("LOST");
        final String section = ": see \"A replica is behind\"";
        assertThat(
                        StatAlert.of(
                                live(
                                        null,
                                        Map.of(
                                                Metric.REPLICA_STATE, live,
                                                Metric.REPLICA_LAG_NS, 1_000_000_000L,
                                                Metric.REPLICA_GAPS, 3L))))
                .isEmpty();
        assertAlert(
                live(
                        null,
                        Map.of(Metric.REPLICA_STATE, live, Metric.REPLICA_LAG_NS, 1_000_000_001L)),
                "! the replica is 1,000.0 ms behind" + section);
        assertAlert(
                live(null, Map.of(Metric.REPLICA_STATE, lost)),
                "! the replica has lost its primary" + section);
        assertAlert(
                live(
                        null,
                        Map.of(
                                Metric.REPLICA_STATE, live,
                                Metric.REPLICA_EVICTIONS, 2L,
                                Metric.REPLICA_REFUSED, 1L)),
                "! the replica had no room for entries: 3" + section);
        assertAlert(
                live(null, Map.of(Metric.PUBLISHER_FENCED, 1L)),
                "! another primary has taken over" + section);
        final MetricsSnapshot before = snapshot(0, Map.of(Metric.PUBLISHER_GAPS, 5L), true);
        assertThat(StatAlert.of(live(before, Map.of(Metric.PUBLISHER_GAPS, 5L)))).isEmpty();
        assertAlert(
                live(before, Map.of(Metric.PUBLISHER_GAPS, 7L)),
                "! gaps of the feed: 2: see \"A feed that is behind\"");
    }

    @Test
    void alertsStandOnTheScreenAndInTheReport() {
        final StatView view = live(null, Map.of(Metric.SEGMENT_RESETS, 2L));
        assertThat(StatScreen.lines(view, new ScreenSize(80, 24)))
                .contains("! segment resets: 2, entries lost: 0: see \"A segment was emptied\"");
        assertThat(StatScreen.lines(view, new ScreenSize(40, 24)))
                .containsSubsequence(
                        "! segment resets: 2, entries lost: 0:", "  see \"A segment was emptied\"");
        assertThat(StatReport.text(view)).contains("! segment resets: 2");
    }
}
