// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.api.RestartReport;
import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.List;

/**
 * One look at a metrics file.
 *
 * @param name the cache's name, without control characters.
 * @param processId the id of the publishing process.
 * @param intervalMs the time between two writes of the publisher.
 * @param state the state of the publisher.
 * @param before the figures from which rates count; null for the opening of the file.
 * @param now the figures.
 * @param ageMs the age of the figures. Negative if a clock was set.
 * @param restart how the cache began, without control characters; null if the file does not say.
 */
record StatView(
        String name,
        long processId,
        long intervalMs,
        MetricsReader.State state,
        MetricsSnapshot before,
        MetricsSnapshot now,
        long ageMs,
        RestartReport restart) {
    /** Looks at a file. The state is older than the figures, so a closed file has its last ones. */
    static StatView of(MetricsReader reader) {
        final MetricsReader.State state = reader.state();
        final MetricsSnapshot now = reader.snapshot();
        return new StatView(
                printable(reader.name()),
                reader.processId(),
                reader.intervalMs(),
                state,
                null,
                now,
                System.currentTimeMillis() - now.atMs(),
                reader.restart(now).map(StatView::printable).orElse(null));
    }

    private static RestartReport printable(RestartReport report) {
        return new RestartReport(
                report.kind(),
                printable(report.reason()),
                report.kept(),
                report.expired(),
                report.dropped(),
                report.durationNs());
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    StatView since(MetricsSnapshot earlier) {
        return new StatView(name, processId, intervalMs, state, earlier, now, ageMs, restart);
    }

    /** Returns how the cache began, in words, or null. */
    String beginning() {
        if (restart == null) {
            return null;
        }
        final String counts =
                "began "
                        + restart.kind()
                        + " in "
                        + Units.nanos(restart.durationNs())
                        + ": kept "
                        + Units.compact(restart.kept())
                        + ", expired "
                        + Units.compact(restart.expired())
                        + ", dropped "
                        + Units.compact(restart.dropped());
        return restart.reason().isEmpty() ? counts : counts + "; " + restart.reason();
    }

    /** Returns the state of the replica, or null if the cache is none. */
    String replicaState() {
        final Long state = now.ofCache().get(Metric.REPLICA_STATE);
        if (state == null) {
            return null;
        }
        // A later version may have more states.
        return state >= 0 && state < Metric.REPLICA_STATES.size()
                ? Metric.REPLICA_STATES.get(state.intValue())
                : "STATE " + state;
    }

    /** Returns the state of a replica and of a publisher in words, as far as the file has them. */
    List<String> replication() {
        final List<String> lines = new ArrayList<>();
        final String state = replicaState();
        if (state != null) {
            final String replica = "replica " + state + ", epoch " + now.get(Metric.REPLICA_EPOCH);
            // A promoted replica follows nobody, so it is behind nobody.
            lines.add(state.equals("PROMOTED") ? replica : replica + ": " + lag());
        }
        if (now.ofCache().containsKey(Metric.PUBLISHER_EPOCH)) {
            lines.add(
                    "publisher"
                            + (now.get(Metric.PUBLISHER_FENCED) == 0 ? "" : " FENCED")
                            + ", epoch "
                            + now.get(Metric.PUBLISHER_EPOCH)
                            + ": change "
                            + Units.count(now.get(Metric.PUBLISHER_NUMBER))
                            + ", replicas "
                            + now.get(Metric.PUBLISHER_REPLICAS)
                            + ", live "
                            + now.get(Metric.PUBLISHER_LIVE)
                            + ", slowest behind by "
                            + Units.count(now.get(Metric.PUBLISHER_LAG_RECORDS)));
        }
        return lines;
    }

    private String lag() {
        final long lagNs = now.get(Metric.REPLICA_LAG_NS);
        return (lagNs < 0 ? "no primary heard" : Units.nanos(lagNs) + " behind")
                + ", changes behind "
                + Units.count(now.get(Metric.REPLICA_LAG_RECORDS))
                + ", applied "
                + Units.count(now.get(Metric.REPLICA_APPLIED));
    }

    Rates rates() {
        return new Rates(before, now);
    }
}
