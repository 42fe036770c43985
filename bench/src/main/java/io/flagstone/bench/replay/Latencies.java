// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The latencies of operations. Each includes two readings of the clock. */
public final class Latencies {
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;

    private final Map<Operation, Histogram> histograms = new EnumMap<>(Operation.class);
    private final Histogram[] byOrdinal;
    private long totalNs;
    private long recorded;
    private Slowest slowest;
    private long slowestNs = -1;

    /**
     * The slowest of all operations.
     *
     * @param operation the operation.
     * @param number its number among all operations, from 1 on.
     * @param ns its latency in nanoseconds.
     */
    public record Slowest(Operation operation, long number, long ns) {}

    /** Creates empty histograms. */
    public Latencies() {
        final Operation[] operations = Operation.values();
        byOrdinal = new Histogram[operations.length];
        for (final Operation operation : operations) {
            final Histogram histogram = new Histogram(HIGHEST_NS, DIGITS);
            byOrdinal[operation.ordinal()] = histogram;
            histograms.put(operation, histogram);
        }
    }

    /**
     * Records an operation.
     *
     * @param operation the operation.
     * @param ns its latency in nanoseconds.
     */
    void record(Operation operation, long ns) {
        totalNs += ns;
        recorded++;
        if (ns > slowestNs) {
            slowestNs = ns;
            slowest = new Slowest(operation, recorded, ns);
        }
        byOrdinal[operation.ordinal()].recordValue(Math.min(ns, HIGHEST_NS));
    }

    /**
     * Returns the latencies of one operation.
     *
     * @param operation the operation.
     * @return the histogram in nanoseconds.
     */
    public Histogram of(Operation operation) {
        return histograms.get(operation);
    }

    /**
     * Returns the latencies of all operations together.
     *
     * @return a new histogram in nanoseconds.
     */
    public Histogram all() {
        final Histogram all = new Histogram(HIGHEST_NS, DIGITS);
        histograms.values().forEach(all::add);
        return all;
    }

    /**
     * Returns the slowest of all operations.
     *
     * @return the first one of the highest latency, or null if there were no operations.
     */
    public Slowest slowest() {
        return slowest;
    }

    /**
     * Returns the time spent in the cache.
     *
     * @return the sum of all latencies in nanoseconds.
     */
    public long totalNs() {
        return totalNs;
    }

    /**
     * Returns the throughput of the cache.
     *
     * @return the number of operations divided by the time spent in them, per second; 0 if there
     *     were none.
     */
    public double operationsPerSecond() {
        final long operations = all().getTotalCount();
        return totalNs == 0 ? 0.0 : operations * (double) TimeUnit.SECONDS.toNanos(1) / totalNs;
    }
}
