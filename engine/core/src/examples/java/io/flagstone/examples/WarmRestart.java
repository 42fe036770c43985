// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Prices that survive the process.
 *
 * <p>The cache keeps its memory in a file of a directory, best in memory ({@code /dev/shm}). The
 * program starts a second process, which writes a thousand prices and is killed in the middle of
 * its work: it closes nothing. The program then opens the same directory and finds all prices, with
 * the time that they had left.
 */
public final class WarmRestart {
    /** The number of instruments. */
    public static final int INSTRUMENTS = 1_000;

    private static final long TTL_NS = TimeUnit.HOURS.toNanos(1);

    /** The exit status of the process that ends in the middle of its work. */
    private static final int KILLED = 137;

    private WarmRestart() {}

    /** Opens the prices in a directory. */
    public static OffHeapCache open(Path directory) {
        return OffHeapCache.builder()
                .memoryBytes(16 << 20)
                .defaultTtlNs(TTL_NS)
                .directory(directory)
                .restartListener(report -> {})
                .build();
    }

    /** Writes a price of every instrument. */
    public static void writeAll(OffHeapCache prices) {
        final UnsafeBuffer price = new UnsafeBuffer(new byte[Long.BYTES]);
        for (int instrument = 0; instrument < INSTRUMENTS; instrument++) {
            price.putLong(0, 10_000 + instrument);
            prices.put(instrument, price, 0, Long.BYTES);
        }
    }

    /** Does the work of the process that is killed. */
    public static final class Victim {
        private Victim() {}

        /** Writes prices and ends without closing the cache. */
        public static void main(String[] args) {
            writeAll(open(Path.of(args[0])));
            Runtime.getRuntime().halt(KILLED);
        }
    }

    private static int runVictim(Path directory) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Victim.class.getName(),
                                directory.toString()))
                .inheritIO()
                .start()
                .waitFor();
    }

    private static void print(String when, OffHeapCache prices) {
        final RestartReport report = prices.restartReport().orElseThrow();
        System.out.println(
                when
                        + ": "
                        + report.kind()
                        + ", "
                        + report.kept()
                        + " prices, instrument 7 at "
                        + prices.getLong(7, 0, -1)
                        + ", valid for less than an hour: "
                        + (prices.remainingTtlNs(7) < TTL_NS));
    }

    /** Runs the two processes. */
    public static void main(String[] args) throws IOException, InterruptedException {
        final Path directory = Files.createTempDirectory("prices");
        try {
            System.out.println("the first process ended with status " + runVictim(directory));
            try (OffHeapCache prices = open(directory)) {
                print("after the kill", prices);
            }
            try (OffHeapCache prices = open(directory)) {
                print("after a close", prices);
            }
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(
                    file -> {
                        try {
                            Files.delete(file);
                        } catch (final IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        Files.delete(directory);
    }
}
