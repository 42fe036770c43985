// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import java.util.function.UnaryOperator;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/** One cache's life: the cache, its clock, and what is known of its keys. */
final class Turn {
    private final int number;
    private final int threads;
    private final SoakConfiguration configuration;
    private final KeyShape shape;
    private final KeyHistory history;
    private final CounterTable counters = new CounterTable();
    private final DrivenClock drivenClock;
    private final NanoClock clock;
    private final OffHeapCache cache;
    private final SoakCache access;
    private volatile boolean closing;
    private volatile boolean closed;

    /**
     * Builds the cache.
     *
     * @param seam what the threads see in place of the cache.
     * @param errorHandler told of what the removal listener throws.
     */
    Turn(
            int number,
            int threads,
            SoakConfiguration configuration,
            UnaryOperator<SoakCache> seam,
            ErrorHandler errorHandler) {
        this.number = number;
        this.threads = threads;
        this.configuration = configuration;
        this.shape = new KeyShape(configuration.maxKeyBytes());
        this.history = new KeyHistory(configuration.keys());
        this.drivenClock = configuration.driven() ? new DrivenClock() : null;
        this.clock = configuration.driven() ? drivenClock : sinceNow();
        this.cache =
                configuration
                        .cache()
                        .builder()
                        .clock(clock)
                        .removalHandler(new Departures(shape, history, counters))
                        .errorHandler(errorHandler)
                        .build();
        this.access = seam.apply(new EngineCache(cache));
    }

    private static NanoClock sinceNow() {
        final long start = System.nanoTime();
        return () -> System.nanoTime() - start;
    }

    /** Closes the cache, whatever the threads are doing. */
    void close() {
        closing = true;
        cache.close();
        closed = true;
    }

    /** Whether an operation may be refused from now on. */
    boolean closing() {
        return closing;
    }

    /** Whether an operation that begins now must be refused. */
    boolean closed() {
        return closed;
    }

    int number() {
        return number;
    }

    int threads() {
        return threads;
    }

    SoakConfiguration configuration() {
        return configuration;
    }

    KeyShape shape() {
        return shape;
    }

    KeyHistory history() {
        return history;
    }

    CounterTable counters() {
        return counters;
    }

    NanoClock clock() {
        return clock;
    }

    /** The clock if the threads move it, or null. */
    DrivenClock drivenClock() {
        return drivenClock;
    }

    OffHeapCache cache() {
        return cache;
    }

    SoakCache access() {
        return access;
    }
}
