// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;

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
 */
record StatView(
        String name,
        long processId,
        long intervalMs,
        MetricsReader.State state,
        MetricsSnapshot before,
        MetricsSnapshot now,
        long ageMs) {
    /** Looks at a file. The state is older than the figures, so a closed file has its last ones. */
    static StatView of(MetricsReader reader) {
        final MetricsReader.State state = reader.state();
        final MetricsSnapshot now = reader.snapshot();
        return new StatView(
                reader.name().replaceAll("\\p{Cntrl}", "?"),
                reader.processId(),
                reader.intervalMs(),
                state,
                null,
                now,
                System.currentTimeMillis() - now.atMs());
    }

    StatView since(MetricsSnapshot earlier) {
        return new StatView(name, processId, intervalMs, state, earlier, now, ageMs);
    }

    Rates rates() {
        return new Rates(before, now);
    }
}
