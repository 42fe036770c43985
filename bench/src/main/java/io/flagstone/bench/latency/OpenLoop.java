// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Does something at a fixed rate, whatever becomes of it: the n-th operation is due n periods after
 * the begin, and its response time is counted from then, not from when the driver got to it. So an
 * operation that takes long delays those due meanwhile, as it would delay callers who do not know
 * of it, and all of them are counted (Tene: How NOT to Measure Latency; the omission that this
 * avoids is called coordinated). The service time, from the actual start, is kept beside it.
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
     * Not started yet.
     *
     * @param clock nanoseconds.
     * @param rate operations a second.
     * @param stallNs operations of a longer service time are told of.
     * @param stalls is told.
     */
    OpenLoop(LongSupplier clock, int rate, long stallNs, StallListener stalls) {
        this.clock = clock;
        this.periodNs = 1e9 / rate;
        this.stallNs = stallNs;
        this.stalls = stalls;
    }

    /**
     * Runs as many operations as are due within a time.
     *
     * @param operation what is done.
     * @param beginNs when the first is due.
     * @param durationNs the time.
     * @return by how much the last operation was late when it began.
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

    /** Forgets what was recorded. */
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

    /** Told of operations that took long, on the thread that ran them. */
    @FunctionalInterface
    interface StallListener {
        /** Looks at none. */
        StallListener NONE = (beginNs, endNs) -> {};

        void stalled(long beginNs, long endNs);
    }
}
