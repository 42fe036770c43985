// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.util.List;

/**
 * The measurements of one pair.
 *
 * @param pair the pair.
 * @param replicas the number of replicas.
 * @param changesPerSecond writes a second, from the first write to the moment at which the last
 *     replica has the last one; the median of the rounds. 0 if it was not measured.
 * @param lowest of the rounds.
 * @param highest of the rounds.
 * @param pacePerSecond writes a second at which the lags were measured.
 * @param lags the lags of the slowest replica: p50, p99, p99.9 and the maximum in nanoseconds.
 * @param looks how many new values the reader of that replica saw.
 * @param failure why it was not measured, or null.
 */
public record ReplicationFigure(
        Pair pair,
        int replicas,
        double changesPerSecond,
        double lowest,
        double highest,
        int pacePerSecond,
        List<Long> lags,
        long looks,
        String failure) {
    static ReplicationFigure failed(Pair pair, int replicas, String reason) {
        return new ReplicationFigure(pair, replicas, 0, 0, 0, 0, List.of(), 0, reason);
    }
}
