// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import io.flagstone.bench.contender.ContenderType;
import java.util.List;

/**
 * What is measured.
 *
 * @param types the contenders, in the order in which they take turns.
 * @param collectors under each of which.
 * @param entries held when a run begins.
 * @param valueBytes of each.
 * @param keys how keys are drawn, uniform or zipf.
 * @param readRate reads a second.
 * @param feedRate writes a second.
 * @param newKeysPercent how many of the writes are of keys that are not there.
 * @param seconds of each run that count.
 * @param warmupSeconds before them.
 * @param stallNs reads that take longer are looked into.
 * @param heap of each JVM, as in {@code -Xmx}.
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
