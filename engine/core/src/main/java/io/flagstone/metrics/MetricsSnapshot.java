// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import java.util.Map;

/**
 * A cache's figures at one moment.
 *
 * @param openedMs the time at which the publisher was opened, in milliseconds since 1970.
 * @param atMs the time at which the figures were written, in milliseconds since 1970.
 * @param ofCache the figures of the whole cache.
 * @param ofClasses the figures of each size class, by its chunk length in bytes, smallest first.
 * @param whole whether all figures are of one moment; false if the writer died, or stopped for a
 *     second, while it wrote them.
 */
public record MetricsSnapshot(
        long openedMs,
        long atMs,
        Map<Metric, Long> ofCache,
        Map<Integer, Map<Metric, Long>> ofClasses,
        boolean whole) {
    /**
     * Returns one figure of the whole cache.
     *
     * @param metric a metric that is not of size classes.
     * @return the figure, or 0 if the file does not have it.
     */
    public long get(Metric metric) {
        return ofCache.getOrDefault(metric, 0L);
    }

    /**
     * Returns the evictions of all causes.
     *
     * @return their sum.
     */
    public long evictions() {
        return get(Metric.BOUND_EVICTIONS)
                + get(Metric.ROOM_EVICTIONS)
                + get(Metric.SLAB_EVICTIONS);
    }

    /**
     * Returns the share of reads that hit.
     *
     * @return hits divided by reads, or 0 if there were no reads.
     */
    public double hitRatio() {
        final long reads = get(Metric.HITS) + get(Metric.MISSES);
        return reads == 0 ? 0 : (double) get(Metric.HITS) / reads;
    }
}
