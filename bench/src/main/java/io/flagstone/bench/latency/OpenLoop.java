// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Runs an operation at a fixed rate, however long it takes. The n-th operation is due n periods
 * after the begin, and its response time counts from then, not from its actual start. So a long
 * operation delays the operations that become due during it, as it would delay independent callers,
 * and all of them are counted. This avoids coordinated omission (Tene: How NOT to Measure Latency).
 * The service time counts from the actual start and is recorded as well.
 *
 * <p>Spins until the next operation is due. Allocates nothing while it runs. For one thread.
 */
final class OpenLoop {
    private static final long HIGHEST_NS = 60_000_000_000L;
    private static final int DIGITS = 3;

    private final Histogram response = new Histogram(HIGHEST_NS, DIGITS);
    private final Histogram service = new Histogram(HIGHEST_NS, DIGITS);
    private final LongSupplier clock;
    private final double periodNs;
    private final long stallNs;
    private final StallListener stalls;

    /**
     * Creates a loop that is not started yet.
     *
     * @param clock returns nanoseconds.
     * @param rate operations per second.
     * @param stallNs the service time above which an operation is a stall.
     * @param stalls notified of each stall.
     */
    OpenLoop(LongSupplier clock, int rate, long stallNs, StallListener stalls) {
        this.clock = clock;
        this.periodNs = 1e9 / rate;
        this.stallNs = stallNs;
        this.stalls = stalls;
    }

    /**
     * Runs all operations that are due within a period of time.
     *
     * @param operation the operation.
     * @param beginNs the time when the first operation is due.
     * @param durationNs the period of time.
     * @return how many nanoseconds late the last operation began.
     */
    long run(Runnable operation, long beginNs, long durationNs) {
        final long count = (long) (durationNs / periodNs);
        long late = 0;
        for (long i = 0; i < count; i++) {
            final long due = beginNs + (long) (i * periodNs);
            long begin = clock.getAsLong();
            while (begin < due) {
                Thread.onSpinWait();
                begin = clock.getAsLong();
            }
            operation.run();
            final long end = clock.getAsLong();
            response.recordValue(Math.min(HIGHEST_NS, end - due));
            service.recordValue(Math.min(HIGHEST_NS, end - begin));
            late = begin - due;
            if (end - begin > stallNs) {
                stalls.stalled(begin, end);
            }
        }
        return late;
    }

    /** Clears both histograms. */
    void reset() {
        response.reset();
        service.reset();
    }

    Histogram response() {
        return response;
    }

    Histogram service() {
        return service;
    }

    /** Receives stalls on the thread that runs the operations. */
    @FunctionalInterface
    interface StallListener {
        /** Ignores stalls. */
        StallListener NONE = (beginNs, endNs) -> {};

        void stalled(long beginNs, long endNs);
    }
}
