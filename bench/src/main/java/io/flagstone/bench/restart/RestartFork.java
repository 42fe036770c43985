// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.restart;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A JVM that opens the cache, or fills it, and writes how long that took, in nanoseconds. Then it
 * closes the cache, or ends as if it was killed.
 */
public final class RestartFork {
    private static final int VALUE_BYTES = 64;
    private static final int WRITERS = 2;
    private static final long BUSY_MS = 500;

    private RestartFork() {}

    /**
     * Runs a phase.
     *
     * @param args the file of the result, the directory, the memory in bytes, the number of
     *     entries, the {@link Phase}, and the phase for which it leaves the cache.
     * @throws IOException if the result cannot be written.
     * @throws InterruptedException never.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        final Path result = Path.of(args[0]);
        final long entries = Long.parseLong(args[3]);
        final Phase phase = Phase.valueOf(args[4]);
        final Phase next = Phase.valueOf(args[5]);
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .directory(Path.of(args[1]))
                        .memoryBytes(Long.parseLong(args[2]))
                        .verify(phase != Phase.UNVERIFIED);
        final OffHeapCache cache = builder.build();
        final RestartReport report = cache.restartReport().orElseThrow();
        check(report, phase, entries);
        final long durationNs =
                phase == Phase.INSERT ? insert(cache, entries) : report.durationNs();
        Files.writeString(result, Long.toString(durationNs));
        if (next == Phase.BUSY) {
            for (int writer = 0; writer < WRITERS; writer++) {
                write(cache, entries, writer);
            }
            TimeUnit.MILLISECONDS.sleep(BUSY_MS);
        }
        if (next.followsKill()) {
            Runtime.getRuntime().halt(0);
        }
        cache.close();
    }

    private static void check(RestartReport report, Phase phase, long entries) {
        final Kind expected =
                phase == Phase.INSERT
                        ? Kind.COLD
                        : phase.followsKill() ? Kind.RECOVERED : Kind.WARM;
        final long least = phase == Phase.INSERT ? 0 : entries;
        if (report.kind() != expected || report.kept() < least) {
            throw new IllegalStateException(
                    phase + ": expected " + expected + " with " + least + " entries: " + report);
        }
    }

    private static long insert(OffHeapCache cache, long entries) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        final long begin = System.nanoTime();
        for (long key = 0; key < entries; key++) {
            value.putLong(0, key);
            cache.put(key, value, 0, VALUE_BYTES);
        }
        return System.nanoTime() - begin;
    }

    /** Starts a thread that puts values of changing lengths, so that most take the lock. */
    private static void write(OffHeapCache cache, long entries, int seed) {
        final Thread writer =
                new Thread(
                        () -> {
                            final SplittableRandom random = new SplittableRandom(seed);
                            final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
                            while (true) {
                                final long key = random.nextLong(entries);
                                value.putLong(0, key);
                                cache.put(key, value, 0, VALUE_BYTES - random.nextInt(8));
                            }
                        });
        writer.setDaemon(true);
        writer.start();
    }
}
