// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The command line's options, and their limits. */
final class CrashOptions {
    private static final int MAX_KILLS = 10_000_000;
    private static final double MAX_MINUTES = 60 * 24 * 60;
    private static final int MAX_THREADS = 16;
    private static final int MAX_RUN_MS = 600_000;
    private static final int MAX_HANG_SECONDS = 3600;

    @Option(names = "--crash", required = true, description = "Kill processes.")
    private boolean crash;

    @Option(
            names = "--kills",
            paramLabel = "N",
            description = "Number of kills (default ${DEFAULT-VALUE}).")
    private int kills = 50;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "End after this time, whatever the kills; fractions allowed.")
    private double minutes = MAX_MINUTES;

    @Option(
            names = "--directory",
            paramLabel = "DIRECTORY",
            description =
                    "Where the caches are. A directory of an earlier run is continued (default: a"
                            + " temporary one, deleted after a run without a violation).")
    private String directory;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Number of threads of each process (default ${DEFAULT-VALUE}).")
    private int threads = 3;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of all random choices (default: a new one each time).")
    private Long seed;

    @Option(
            names = "--longest-run",
            paramLabel = "MS",
            description =
                    "Milliseconds that the threads of a process run at most before it is killed"
                            + " (default ${DEFAULT-VALUE}).")
    private int longestRunMs = 300;

    @Option(
            names = "--configuration",
            paramLabel = "NAME",
            description = "Run only this configuration; may be repeated (default: all, in turn).")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--hang-after",
            paramLabel = "SECONDS",
            description =
                    "Seconds that an open, a check or a close may take (default ${DEFAULT-VALUE}).")
    private int hangAfterSeconds = 60;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the report to this file, as JSON.")
    private String json;

    @Option(names = "--plant", hidden = true)
    private PlantedFault fault = PlantedFault.NONE;

    /**
     * Validates the options, and chooses a seed if none was given.
     *
     * @return what is wrong with the options, or null if they are valid.
     */
    String problem() {
        if (kills < 1 || kills > MAX_KILLS) {
            return "--kills must be between 1 and " + MAX_KILLS + ": --kills=" + kills;
        }
        if (!(minutes > 0 && minutes <= MAX_MINUTES)) {
            return "--minutes must be above 0 and at most "
                    + MAX_MINUTES
                    + ": --minutes="
                    + minutes;
        }
        if (threads < 1 || threads > MAX_THREADS) {
            return "--threads must be between 1 and " + MAX_THREADS + ": --threads=" + threads;
        }
        if (longestRunMs < 1 || longestRunMs > MAX_RUN_MS) {
            return "--longest-run must be between 1 and "
                    + MAX_RUN_MS
                    + ": --longest-run="
                    + longestRunMs;
        }
        if (hangAfterSeconds < 1 || hangAfterSeconds > MAX_HANG_SECONDS) {
            return "--hang-after must be between 1 and "
                    + MAX_HANG_SECONDS
                    + ": --hang-after="
                    + hangAfterSeconds;
        }
        for (final String name : names) {
            if (CrashConfiguration.find(name) == null) {
                return "--configuration must be one of "
                        + String.join(
                                ", ",
                                CrashConfiguration.ALL.stream()
                                        .map(CrashConfiguration::name)
                                        .toList())
                        + ": --configuration="
                        + name;
            }
        }
        if (seed == null) {
            seed = new SplittableRandom().nextLong();
        }
        return null;
    }

    /** Returns the command line that repeats this run. */
    String commandLine() {
        final StringBuilder line =
                new StringBuilder("java -jar flagstone-soak.jar --crash --kills ")
                        .append(kills)
                        .append(" --threads ")
                        .append(threads)
                        .append(" --seed ")
                        .append(seed)
                        .append(" --longest-run ")
                        .append(longestRunMs)
                        .append(" --hang-after ")
                        .append(hangAfterSeconds);
        names.forEach(name -> line.append(" --configuration ").append(name));
        return line.toString();
    }

    List<CrashConfiguration> configurations() {
        return names.isEmpty()
                ? CrashConfiguration.ALL
                : names.stream().map(CrashConfiguration::find).toList();
    }

    int kills() {
        return kills;
    }

    long durationNs() {
        return (long) (minutes * TimeUnit.MINUTES.toNanos(1));
    }

    /** Returns the directory, or null for a temporary one. */
    String directory() {
        return directory;
    }

    int threads() {
        return threads;
    }

    long seed() {
        return seed;
    }

    long longestRunNs() {
        return TimeUnit.MILLISECONDS.toNanos(longestRunMs);
    }

    long hangAfterNs() {
        return TimeUnit.SECONDS.toNanos(hangAfterSeconds);
    }

    /** Returns the file for the JSON report, or null. */
    String json() {
        return json;
    }

    PlantedFault fault() {
        return fault;
    }
}
