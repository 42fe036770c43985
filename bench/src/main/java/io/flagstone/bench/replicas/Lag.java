// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import org.HdrHistogram.Histogram;

/**
 * How far a replica was behind its primary. The delay is the time from the write of a trade's
 * marker in the primary to the moment at which the replica has it, both by {@code System.nanoTime}
 * of the one machine; every trade counts. The distance is the number of trades that the primary had
 * made and the replica had not, looked at once a millisecond.
 *
 * @param trades the number of trades whose delay was measured.
 * @param delayP50Ns the median of the delay.
 * @param delayP99Ns the 99th percentile of the delay.
 * @param delayMaxNs the longest delay.
 * @param looks how often the distance was looked at.
 * @param behindP50 the median of the distance.
 * @param behindP99 the 99th percentile of the distance.
 * @param behindMax the greatest distance.
 */
public record Lag(
        long trades,
        long delayP50Ns,
        long delayP99Ns,
        long delayMaxNs,
        long looks,
        long behindP50,
        long behindP99,
        long behindMax) {
    /** The lag of a replica that has seen nothing. */
    static final Lag NONE = new Lag(0, 0, 0, 0, 0, 0, 0, 0);

    private static final double MEDIAN = 50.0;
    private static final double P99 = 99.0;

    static Lag of(Histogram delays, Histogram distances) {
        return new Lag(
                delays.getTotalCount(),
                at(delays, MEDIAN),
                at(delays, P99),
                delays.getTotalCount() == 0 ? 0 : delays.getMaxValue(),
                distances.getTotalCount(),
                at(distances, MEDIAN),
                at(distances, P99),
                distances.getTotalCount() == 0 ? 0 : distances.getMaxValue());
    }

    private static long at(Histogram histogram, double percent) {
        return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percent);
    }
}
