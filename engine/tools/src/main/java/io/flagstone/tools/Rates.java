// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsSnapshot;

/** The counts per second between two snapshots. */
final class Rates {
    private final MetricsSnapshot before;
    private final MetricsSnapshot now;
    private final long ms;

    /**
     * Creates the rates.
     *
     * @param before the earlier figures; null for the opening of the file.
     * @param now the later figures.
     */
    Rates(MetricsSnapshot before, MetricsSnapshot now) {
        this.before = before;
        this.now = now;
        this.ms = now.atMs() - (before == null ? now.openedMs() : before.atMs());
    }

    /** Returns the time between the snapshots in milliseconds. Negative if the clock was set. */
    long ms() {
        return ms;
    }

    long counted(Metric... metrics) {
        long sum = 0;
        for (final Metric metric : metrics) {
            sum += now.get(metric) - (before == null ? 0 : before.get(metric));
        }
        return sum;
    }

    double of(Metric... metrics) {
        return ms <= 0 ? 0 : counted(metrics) * 1000.0 / ms;
    }

    double hitRatio() {
        final long reads = counted(Metric.HITS, Metric.MISSES);
        return reads == 0 ? 0 : (double) counted(Metric.HITS) / reads;
    }
}
