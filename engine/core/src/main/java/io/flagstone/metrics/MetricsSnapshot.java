// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import java.util.Map;

/**
 * A cache's figures at one moment.
 *
 * @param openedMs when the publisher was opened, milliseconds since 1970.
 * @param atMs when the figures were written, milliseconds since 1970.
 * @param ofCache those of the cache as a whole.
 * @param ofClasses those of its size classes, by the bytes of their chunks, smallest first.
 * @param whole whether they are of one moment; not if the writer died, or stood still for a second,
 *     while it wrote.
 */
public record MetricsSnapshot(
        long openedMs,
        long atMs,
        Map<Metric, Long> ofCache,
        Map<Integer, Map<Metric, Long>> ofClasses,
        boolean whole) {
    /**
     * One figure of the cache as a whole.
     *
     * @param metric none of size classes.
     * @return 0 for one that the file does not have.
     */
    public long get(Metric metric) {
        return ofCache.getOrDefault(metric, 0L);
    }

    /**
     * The evictions of all causes.
     *
     * @return their sum.
     */
    public long evictions() {
        return get(Metric.BOUND_EVICTIONS)
                + get(Metric.ROOM_EVICTIONS)
                + get(Metric.SLAB_EVICTIONS);
    }

    /**
     * The share of reads that hit.
     *
     * @return 0 where nothing was read.
     */
    public double hitRatio() {
        final long reads = get(Metric.HITS) + get(Metric.MISSES);
        return reads == 0 ? 0 : (double) get(Metric.HITS) / reads;
    }
}
