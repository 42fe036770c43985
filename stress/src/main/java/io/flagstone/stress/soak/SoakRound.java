// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import java.util.function.UnaryOperator;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/** One cache's life: the cache, its clock, and what is known of its keys. */
final class SoakRound {
    private final int number;
    private final int threads;
    private final SoakConfiguration configuration;
    private final KeyCodec keyCodec;
    private final KeyHistory history;
    private final RemovedCounterTotals removedCounters = new RemovedCounterTotals();
    private final ManualClock manualClock;
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
    SoakRound(
            int number,
            int threads,
            SoakConfiguration configuration,
            UnaryOperator<SoakCache> decorator,
            ErrorHandler errorHandler) {
        this.number = number;
        this.threads = threads;
        this.configuration = configuration;
        this.keyCodec = new KeyCodec(configuration.maxKeyBytes());
        this.history = new KeyHistory(configuration.keys());
        this.manualClock = configuration.manualClock() ? new ManualClock() : null;
        this.clock = configuration.manualClock() ? manualClock : sinceNow();
        this.cache =
                configuration
                        .cache()
                        .builder()
                        .clock(clock)
                        .removalHandler(
                                new RecordingRemovalHandler(keyCodec, history, removedCounters))
                        .errorHandler(errorHandler)
                        .build();
        this.access = decorator.apply(new EngineCache(cache));
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

    KeyCodec keyCodec() {
        return keyCodec;
    }

    KeyHistory history() {
        return history;
    }

    RemovedCounterTotals removedCounters() {
        return removedCounters;
    }

    NanoClock clock() {
        return clock;
    }

    /** The clock if the threads move it, or null. */
    ManualClock manualClock() {
        return manualClock;
    }

    OffHeapCache cache() {
        return cache;
    }

    SoakCache access() {
        return access;
    }
}
