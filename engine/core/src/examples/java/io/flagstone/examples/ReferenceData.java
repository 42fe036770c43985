// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import io.flagstone.OffHeapCache;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import io.flagstone.typed.Loader;
import io.flagstone.typed.RecordCodec;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * Caches reference data from a slow source. Each key is loaded once, no matter how many threads
 * ask, and is valid for an hour. A read in its last ten minutes reloads it in the background while
 * readers still get the present value.
 */
public final class ReferenceData implements AutoCloseable {
    /** How long a loaded instrument is valid. */
    public static final long GOOD_FOR_NS = TimeUnit.HOURS.toNanos(1);

    /** How long before its deadline an instrument is reloaded. */
    public static final long REFRESH_AHEAD_NS = TimeUnit.MINUTES.toNanos(10);

    /** An instrument. */
    public record Instrument(String name, long tickSize, int lotSize) {}

    private static final Codec<Instrument> CODEC =
            RecordCodec.<Instrument>builder()
                    .field(Instrument::name, Codecs.ofString())
                    .field(Instrument::tickSize, Codecs.ofLong())
                    .field(Instrument::lotSize, Codecs.ofInt())
                    .build(fields -> new Instrument(fields.get(0), fields.get(1), fields.get(2)));

    private final Cache<String, Instrument> cache;

    /** Creates a cache over a source. */
    public ReferenceData(Loader<String, Instrument> source, NanoClock clock, Executor refreshes) {
        cache =
                Cache.builder(
                                OffHeapCache.builder()
                                        .memoryBytes(16 << 20)
                                        .defaultTtlNs(GOOD_FOR_NS)
                                        .clock(clock),
                                Codecs.ofString(),
                                CODEC)
                        .loader(source)
                        .refreshAheadNs(REFRESH_AHEAD_NS)
                        .executor(refreshes)
                        .build();
    }

    /** Returns an instrument, or null if the source does not know it. */
    public Instrument instrument(String symbol) {
        return cache.get(symbol);
    }

    /** Removes an instrument because the source has reported a change. */
    public void changed(String symbol) {
        cache.remove(symbol);
    }

    /** Returns the engine. */
    public OffHeapCache engine() {
        return cache.engine();
    }

    @Override
    public void close() {
        cache.close();
    }

    /** Four threads read a hundred instruments. Then one is reloaded, and one changes. */
    public static void main(String[] args) throws InterruptedException {
        final AtomicInteger loads = new AtomicInteger();
        final Loader<String, Instrument> source =
                symbol -> {
                    loads.incrementAndGet();
                    return new Instrument("The instrument " + symbol, 25, 100);
                };
        // The application sets this clock. Refreshes run in the reader's thread, so the program
        // prints the same each time. An application would pass an executor of its own.
        final CachedNanoClock clock = new CachedNanoClock();
        try (ReferenceData data = new ReferenceData(source, clock, Runnable::run)) {
            final Thread[] threads = new Thread[4];
            for (int t = 0; t < threads.length; t++) {
                threads[t] =
                        new Thread(
                                () -> {
                                    for (int i = 0; i < 10_000; i++) {
                                        data.instrument("SYM" + i % 100);
                                    }
                                });
                threads[t].start();
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            System.out.println("40000 reads, " + loads + " loads");
            System.out.println(data.instrument("SYM7"));
            clock.advance(GOOD_FOR_NS - REFRESH_AHEAD_NS + 1);
            data.instrument("SYM7");
            System.out.println("read in its last ten minutes, and refreshed: " + loads + " loads");
            clock.advance(REFRESH_AHEAD_NS);
            data.instrument("SYM7");
            System.out.println("SYM7 after an hour, still valid: " + loads + " loads");
            data.instrument("SYM8");
            System.out.println("SYM8 after an hour, expired: " + loads + " loads");
            data.changed("SYM8");
            data.instrument("SYM8");
            System.out.println("SYM8 has changed: " + loads + " loads");
        }
    }
}
