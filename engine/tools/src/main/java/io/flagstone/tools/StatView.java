// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.api.RestartReport;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.Units;

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

    Rates rates() {
        return new Rates(before, now);
    }
}
