// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import com.google.gson.Gson;
import io.flagstone.OffHeapCache;
import io.flagstone.bench.report.EffectiveSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The main class of a measuring JVM: the cost of timers in Flagstone at one number of armed timers.
 * The clock is set by hand, so nothing waits.
 */
public final class ExpiryFork {
    private static final Gson GSON = new Gson();
    private static final int VALUE_BYTES = 64;
    private static final int ENTRY_BYTES = 140;
    private static final long MIN_BYTES = 1L << 20;
    private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(10);
    private static final long SHORTEST_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long STORM_NS = TimeUnit.SECONDS.toNanos(5);

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private final int timers;
    private final OffHeapCache cache;
    private long nowNs;

    private ExpiryFork(int timers) {
        this.timers = timers;
        this.cache =
                OffHeapCache.builder()
                        .memoryBytes(Math.max(MIN_BYTES, (long) timers * ENTRY_BYTES))
                        .clock(() -> nowNs)
                        .build();
    }

    /**
     * Measures, and writes the result.
     *
     * @param args the result's file and the number of timers.
     * @throws IOException if the result cannot be written.
     */
    public static void main(String[] args) throws IOException {
        final int timers = Integer.parseInt(args[1]);
        // Warms up the JIT compilers, three times because few timers mean few operations.
        for (int i = 0; i < 3; i++) {
            new ExpiryFork(Math.min(timers, 100_000)).run();
        }
        Files.writeString(Path.of(args[0]), GSON.toJson(new ExpiryFork(timers).run()));
    }

    private Reply run() {
        final double arm = perTimer(key -> cache.put(key, value, 0, VALUE_BYTES, ttlNs(key)));
        final double rearm = perTimer(key -> cache.setTtl(key, ttlNs(key + 7)));
        nowNs += 2 * LONGEST_NS;
        final long begin = System.nanoTime();
        final Worst reclaim = drain();
        final double reclaimNs = (double) (System.nanoTime() - begin) / timers;
        for (int key = 0; key < timers; key++) {
            cache.put(key, value, 0, VALUE_BYTES, STORM_NS);
        }
        nowNs += 2 * STORM_NS;
        final Worst storm = drain();
        final EffectiveSettings settings = EffectiveSettings.of(cache.configuration());
        cache.close();
        return new Reply(
                arm, rearm, reclaimNs, Math.max(reclaim.ns, storm.ns), storm.calls, settings);
    }

    private static long ttlNs(long key) {
        return SHORTEST_NS + (key * 7_919_999L * 1_000L) % (LONGEST_NS - SHORTEST_NS);
    }

    private double perTimer(TimerOperation operation) {
        final long begin = System.nanoTime();
        for (int key = 0; key < timers; key++) {
            if (!operation.on(key)) {
                throw new IllegalStateException("timer " + key + " of " + timers + " is missing");
            }
        }
        return (double) (System.nanoTime() - begin) / timers;
    }

    private Worst drain() {
        final Worst worst = new Worst();
        while (cache.size() > 0) {
            final long begin = System.nanoTime();
            cache.doWork();
            worst.ns = Math.max(worst.ns, System.nanoTime() - begin);
            worst.calls++;
        }
        return worst;
    }

    private interface TimerOperation {
        boolean on(long key);
    }

    private static final class Worst {
        private long ns;
        private long calls;
    }

    /**
     * The measured values.
     *
     * @param armNs time of a put with a time to live.
     * @param rearmNs time of setting another time to live.
     * @param reclaimNs time to reclaim an expired entry.
     * @param worstCallNs the longest call of {@code doWork} after all entries expired at once.
     * @param calls the number of calls that reclaimed all entries.
     * @param settings the effective settings of the cache.
     */
    record Reply(
            double armNs,
            double rearmNs,
            double reclaimNs,
            long worstCallNs,
            long calls,
            EffectiveSettings settings) {
        static Reply of(String json) {
            return GSON.fromJson(json, Reply.class);
        }
    }
}
