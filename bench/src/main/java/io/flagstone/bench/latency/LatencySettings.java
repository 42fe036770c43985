// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

/**
 * How a contender is read and fed.
 *
 * @param impl its title.
 * @param entries it holds when the run begins.
 * @param valueBytes of each.
 * @param keys how keys are drawn, uniform or zipf.
 * @param readRate reads a second.
 * @param feedRate writes a second; 0 for none.
 * @param newKeysPercent how many of the writes are of keys that are not there.
 * @param seconds that are measured.
 * @param warmupSeconds before them, at the same rates.
 * @param stallNs reads that take longer are looked into one by one.
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
