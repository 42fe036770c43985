// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.OffHeapCache;
import java.util.function.UnaryOperator;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/** One round of the soak: a cache, its clock, and what the threads know of its keys. */
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
    private final SoakCache soakCache;
    private volatile boolean closing;
    private volatile boolean closed;

    /**
     * Builds the cache.
     *
     * @param decorator wraps the cache before the threads use it.
     * @param errorHandler receives the exceptions of the removal handler.
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
        this.soakCache = decorator.apply(new EngineCache(cache));
    }

    private static NanoClock sinceNow() {
        final long start = System.nanoTime();
        return () -> System.nanoTime() - start;
    }

    /** Closes the cache, even while threads use it. */
    void close() {
        closing = true;
        cache.close();
        closed = true;
    }

    /** Returns whether an operation may now throw because the cache is closed. */
    boolean closing() {
        return closing;
    }

    /** Returns whether an operation that begins now must throw. */
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

    /** Returns the clock that the threads advance, or null if the machine's clock is used. */
    ManualClock manualClock() {
        return manualClock;
    }

    /** Returns the cache itself, for audits. */
    OffHeapCache cache() {
        return cache;
    }

    /** Returns the decorated cache, for the threads. */
    SoakCache soakCache() {
        return soakCache;
    }
}
