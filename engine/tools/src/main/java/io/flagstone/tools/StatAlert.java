// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A finding that docs/operations.md calls not normal.
 *
 * @param text the finding in words.
 * @param section the section or paragraph of that page that explains it.
 */
record StatAlert(String text, String section) {
    private static final String WATCHING = "Watching";
    private static final String NORMAL = "Normal figures";
    private static final String RESET = "A segment was emptied";
    private static final String HOT = "One segment is hot";
    private static final String SIZES = "Values outgrow their size classes";
    private static final String DEATH = "The process dies";
    private static final String FEED = "A feed that is behind";
    private static final String REPLICA = "A replica is behind";

    /** Contentions or retries are high above this share of the writes. */
    private static final double HIGH_SHARE = 0.1;

    /** Fewer contentions or retries are never high. */
    private static final long MIN_DISTURBANCES = 100;

    /** The hit ratio has fallen below this share of the overall ratio. */
    private static final double FALLEN_SHARE = 0.9;

    /** Fewer reads tell nothing about the hit ratio. */
    private static final long MIN_READS = 1_000;

    /** As the reader's limits for a heartbeat. */
    private static final int STALE_INTERVALS = 3;

    private static final long GRACE_MS = 500;

    /** A replica is behind from here on: 100 times the default interval of heartbeats. */
    private static final long BEHIND_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long MAX_INTERVAL_MS = TimeUnit.HOURS.toMillis(1);

    /** Returns the alert on one line. */
    String line() {
        return "! " + text + ": see \"" + section + "\"";
    }

    /**
     * Returns the alerts of one look. Alerts about growth need two looks.
     *
     * @param view the figures.
     * @return the alerts, the most serious first.
     */
    static List<StatAlert> of(StatView view) {
        final List<StatAlert> alerts = new ArrayList<>();
        publisher(alerts, view);
        replica(alerts, view);
        if (view.now().get(Metric.PUBLISHER_FENCED) != 0) {
            alerts.add(new StatAlert("another primary has taken over", REPLICA));
        }
        segments(alerts, view.now(), view.rates());
        if (view.before() != null) {
            evictions(alerts, view.now(), view.rates());
            gaps(alerts, view.rates());
        }
        return alerts;
    }

    private static void publisher(List<StatAlert> alerts, StatView view) {
        if (view.state() == MetricsReader.State.DIED) {
            alerts.add(new StatAlert("the process died without closing", DEATH));
        }
        final long staleMs =
                STALE_INTERVALS * Math.min(view.intervalMs(), MAX_INTERVAL_MS) + GRACE_MS;
        if (view.state() == MetricsReader.State.LIVE && Math.abs(view.ageMs()) > staleMs) {
            alerts.add(
                    view.ageMs() < 0
                            ? new StatAlert("the figures are from the future", WATCHING)
                            : new StatAlert("no figures for " + Units.age(view.ageMs()), WATCHING));
        }
        if (!view.now().whole()) {
            alerts.add(new StatAlert("the figures are of different moments", WATCHING));
        }
    }

    private static void replica(List<StatAlert> alerts, StatView view) {
        final String state = view.replicaState();
        if (state == null) {
            return;
        }
        final MetricsSnapshot now = view.now();
        if (state.equals("LOST")) {
            alerts.add(new StatAlert("the replica has lost its primary", REPLICA));
        } else if (state.equals("LIVE") && now.get(Metric.REPLICA_LAG_NS) > BEHIND_NS) {
            alerts.add(
                    new StatAlert(
                            "the replica is "
                                    + Units.nanos(now.get(Metric.REPLICA_LAG_NS))
                                    + " behind",
                            REPLICA));
        }
        final long missing = now.get(Metric.REPLICA_EVICTIONS) + now.get(Metric.REPLICA_REFUSED);
        if (missing > 0) {
            alerts.add(
                    new StatAlert(
                            "the replica had no room for entries: " + Units.count(missing),
                            REPLICA));
        }
    }

    private static void gaps(List<StatAlert> alerts, Rates rates) {
        if (rates.counted(Metric.PUBLISHER_GAPS) > 0) {
            alerts.add(
                    new StatAlert(
                            "gaps of the feed: "
                                    + Units.count(rates.counted(Metric.PUBLISHER_GAPS)),
                            FEED));
        }
    }

    private static void segments(List<StatAlert> alerts, MetricsSnapshot now, Rates rates) {
        if (now.get(Metric.SEGMENT_RESETS) > 0) {
            alerts.add(
                    new StatAlert(
                            "segment resets: "
                                    + Units.count(now.get(Metric.SEGMENT_RESETS))
                                    + ", entries lost: "
                                    + Units.count(now.get(Metric.RESET_ENTRIES)),
                            RESET));
        }
        disturbance(alerts, rates, Metric.LOCK_CONTENTIONS, NORMAL);
        disturbance(alerts, rates, Metric.READ_RETRIES, HOT);
    }

    private static void disturbance(
            List<StatAlert> alerts, Rates rates, Metric metric, String section) {
        final long writes = rates.counted(Metric.INSERTIONS, Metric.REPLACEMENTS, Metric.REMOVALS);
        final long counted = rates.counted(metric);
        if (counted >= MIN_DISTURBANCES && counted > HIGH_SHARE * writes) {
            final String share =
                    writes == 0
                            ? " without writes"
                            : " per write: "
                                    + Units.compact(Math.round(10.0 * counted / writes) / 10.0);
            alerts.add(new StatAlert(metric.label() + share, section));
        }
    }

    private static void evictions(List<StatAlert> alerts, MetricsSnapshot now, Rates rates) {
        final boolean fell =
                rates.counted(Metric.HITS, Metric.MISSES) >= MIN_READS
                        && rates.hitRatio() < FALLEN_SHARE * now.hitRatio();
        if (fell && rates.counted(Metric.ROOM_EVICTIONS) > 0) {
            alerts.add(new StatAlert("hit ratio falls, the memory is too little", NORMAL));
        }
        if (fell
                && rates.counted(Metric.BOUND_EVICTIONS) > 0
                && now.get(Metric.FREE_SLAB_BYTES) > 0) {
            alerts.add(new StatAlert("hit ratio falls, maxEntries is too low", NORMAL));
        }
        if (rates.counted(Metric.SLAB_EVICTIONS) > 0) {
            alerts.add(
                    new StatAlert(
                            "slab evictions grow by "
                                    + Units.compact(rates.of(Metric.SLAB_EVICTIONS))
                                    + "/s",
                            SIZES));
        }
    }
}
