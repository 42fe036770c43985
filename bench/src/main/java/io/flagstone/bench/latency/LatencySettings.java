// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

/**
 * The settings of one run of one contender.
 *
 * @param impl the contender's title.
 * @param entries the number of entries when the run begins.
 * @param valueBytes the length of each value.
 * @param keys the distribution of keys, uniform or zipf.
 * @param readRate reads per second.
 * @param feedRate writes per second; 0 for none.
 * @param newKeysPercent the percentage of writes with absent keys.
 * @param seconds seconds that are measured.
 * @param warmupSeconds seconds of warm-up before them, at the same rates.
 * @param stallNs the service time above which a read is a stall.
 */
record LatencySettings(
        String impl,
        int entries,
        int valueBytes,
        String keys,
        int readRate,
        int feedRate,
        int newKeysPercent,
        double seconds,
        double warmupSeconds,
        long stallNs) {}
