// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import org.HdrHistogram.Histogram;

/** The percentiles reported, with the names that all forms of the report use. */
enum Percentile {
    P50("p50", 50.0),
    P90("p90", 90.0),
    P99("p99", 99.0),
    P99_9("p99.9", 99.9),
    P99_99("p99.99", 99.99),
    MAX("max", 100.0);

    private final String title;
    private final double percent;

    Percentile(String title, double percent) {
        this.title = title;
        this.percent = percent;
    }

    String title() {
        return title;
    }

    long of(Histogram histogram) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percent);
    }
}
