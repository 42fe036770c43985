// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Forecast;
import java.util.List;

/**
 * The plan of a measurement.
 *
 * @param types the contenders, in the order in which they take turns.
 * @param collectors the collectors that each contender runs under.
 * @param entries the number of entries when a run begins.
 * @param valueBytes the length of each value.
 * @param keys the distribution of keys, uniform or zipf.
 * @param readRate reads per second.
 * @param feedRate writes per second.
 * @param newKeysPercent the percentage of writes with absent keys.
 * @param seconds seconds measured in each run.
 * @param warmupSeconds seconds of warm-up before them.
 * @param stallNs the service time above which a read is a stall.
 * @param heap the heap of each JVM, as in {@code -Xmx}.
 * @param rounds how many JVMs each contender gets under each collector.
 */
public record LatencyPlan(
        List<ContenderType> types,
        List<Collector> collectors,
        int entries,
        int valueBytes,
        String keys,
        int readRate,
        int feedRate,
        int newKeysPercent,
        double seconds,
        double warmupSeconds,
        long stallNs,
        String heap,
        int rounds) {
    /**
     * Returns how long the measurement will take.
     *
     * @return the forecast.
     */
    public Forecast forecast() {
        return Forecast.jvm(Math.round(1e3 * (warmupSeconds + seconds)), entries)
                .times(types.size() * collectors.size() * rounds);
    }

    LatencySettings settings(ContenderType type) {
        return new LatencySettings(
                type.title(),
                entries,
                valueBytes,
                keys,
                readRate,
                feedRate,
                newKeysPercent,
                seconds,
                warmupSeconds,
                stallNs);
    }
}
