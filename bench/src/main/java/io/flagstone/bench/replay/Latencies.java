// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How long operations took, each by the wall clock, two readings of which are part of it. */
public final class Latencies {
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 3;

    private final Map<Operation, Histogram> histograms = new EnumMap<>(Operation.class);
    private final Histogram[] byOrdinal;
    private long totalNs;

    /** Nothing recorded. */
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
     * @param operation which.
     * @param ns how long it took.
     */
    void record(Operation operation, long ns) {
        totalNs += ns;
        byOrdinal[operation.ordinal()].recordValue(Math.min(ns, HIGHEST_NS));
    }

    /**
     * The latencies of one operation.
     *
     * @param operation which.
     * @return nanoseconds.
     */
    public Histogram of(Operation operation) {
        return histograms.get(operation);
    }

    /**
     * The latencies of all operations together.
     *
     * @return nanoseconds, a new histogram.
     */
    public Histogram all() {
        final Histogram all = new Histogram(HIGHEST_NS, DIGITS);
        histograms.values().forEach(all::add);
        return all;
    }

    /**
     * The time spent in the cache.
     *
     * @return the sum of all latencies in nanoseconds.
     */
    public long totalNs() {
        return totalNs;
    }

    /**
     * What the cache does in a second when it does nothing else.
     *
     * @return operations divided by the time spent in them; 0 for none.
     */
    public double operationsPerSecond() {
        final long operations = all().getTotalCount();
        return totalNs == 0 ? 0.0 : operations * (double) TimeUnit.SECONDS.toNanos(1) / totalNs;
    }
}
