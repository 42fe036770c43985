// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.restart;

import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.fork.ForkFailedException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long a cache with a directory takes to begin, after a close and after a kill, and
 * relates it to the time of putting all entries again. Each start is in a new JVM, and each round
 * has one of each kind.
 */
public final class RestartFigures {
    private static final String PARENT = "/dev/shm";
    private static final String MEMORY_BYTES = Long.toString(1L << 30);
    private static final String ENTRIES = "5000000";
    private static final int ROUNDS = 5;
    private static final long PATIENCE_MS = TimeUnit.MINUTES.toMillis(3);

    private final Path directory;

    private RestartFigures(Path directory) {
        this.directory = directory;
    }

    /**
     * Measures and prints the durations and their ratios.
     *
     * @param args the directory in which the cache's directory is made, by default {@value
     *     #PARENT}.
     * @throws IOException if a JVM cannot be started, or the directory cannot be used.
     * @throws InterruptedException if interrupted while waiting.
     * @throws ForkFailedException if a JVM fails.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        final Path parent = Path.of(args.length > 0 ? args[0] : PARENT);
        final Path directory = Files.createTempDirectory(parent, "flagstone-restart");
        final RestartFigures figures = new RestartFigures(directory);
        try {
            figures.run();
        } finally {
            figures.deleteFiles();
            Files.delete(directory);
        }
    }

    private void run() throws IOException, InterruptedException {
        final Phase[] phases = Phase.values();
        final Map<Phase, double[]> seconds = new EnumMap<>(Phase.class);
        for (final Phase phase : phases) {
            seconds.put(phase, new double[ROUNDS]);
        }
        System.out.printf(
                "%s, %d processors; %s entries in %s bytes%n",
                System.getProperty("java.runtime.version"),
                Runtime.getRuntime().availableProcessors(),
                ENTRIES,
                MEMORY_BYTES);
        for (int round = 0; round < ROUNDS; round++) {
            deleteFiles();
            for (final Phase phase : phases) {
                final Phase next = phases[Math.min(phase.ordinal() + 1, phases.length - 1)];
                seconds.get(phase)[round] = run(phase, next) / 1e9;
                System.out.printf(
                        Locale.ROOT,
                        "round %d, %s: %.3f s%n",
                        round,
                        phase.title(),
                        seconds.get(phase)[round]);
            }
        }
        final double[] inserting = seconds.get(Phase.INSERT);
        for (final Phase phase : phases) {
            print(phase, seconds.get(phase), inserting);
        }
    }

    private long run(Phase phase, Phase next) throws IOException, InterruptedException {
        final String result =
                new Fork(RestartFork.class, PATIENCE_MS)
                        .flags(List.of("-Xmx512m"))
                        .run(
                                List.of(
                                        directory.toString(),
                                        MEMORY_BYTES,
                                        ENTRIES,
                                        phase.name(),
                                        next.name()));
        return Long.parseLong(result);
    }

    private static void print(Phase phase, double[] seconds, double[] inserting) {
        final double[] shares = new double[ROUNDS];
        Arrays.setAll(shares, round -> 100 * seconds[round] / inserting[round]);
        final double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        Arrays.sort(shares);
        System.out.printf(
                Locale.ROOT,
                "%-48s %6.3f s (%.3f to %.3f)  %6.1f %% of putting (%.1f to %.1f)%n",
                phase.title(),
                sorted[ROUNDS / 2],
                sorted[0],
                sorted[ROUNDS - 1],
                shares[ROUNDS / 2],
                shares[0],
                shares[ROUNDS - 1]);
    }

    private void deleteFiles() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                Files.delete(file);
            }
        }
    }
}
