// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A latency histogram for each operation of one thread. Recording allocates nothing. */
final class Latencies {
    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int DIGITS = 2;

    private final Histogram[] histograms = new Histogram[Operation.values().length];

    Latencies() {
        for (int i = 0; i < histograms.length; i++) {
            histograms[i] = new Histogram(HIGHEST_NS, DIGITS);
        }
    }

    /** Records the time of an operation that ends now. */
    void record(Operation operation, long startNs) {
        final long ns = System.nanoTime() - startNs;
        histograms[operation.ordinal()].recordValue(Math.min(ns, HIGHEST_NS));
    }

    /** Adds the latencies of another thread. */
    void add(Latencies other) {
        for (int i = 0; i < histograms.length; i++) {
            histograms[i].add(other.histograms[i]);
        }
    }

    Histogram of(Operation operation) {
        return histograms[operation.ordinal()];
    }
}
