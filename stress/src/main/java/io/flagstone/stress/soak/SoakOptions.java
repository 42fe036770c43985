// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The command line's options, and their limits. */
final class SoakOptions {
    private static final double MAX_MINUTES = 60 * 24 * 60;
    private static final int MAX_THREADS = 64;
    private static final double MIN_AUDIT_SECONDS = 0.01;
    private static final double MAX_AUDIT_SECONDS = 3600;
    private static final int MAX_SWITCH = 1_000_000;
    private static final int MAX_HANG_SECONDS = 3600;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "Run time in minutes, fractions allowed (default ${DEFAULT-VALUE}).")
    private double minutes = 1;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Number of threads (default ${DEFAULT-VALUE}).")
    private int threads = 4;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of the threads' random choices (default: a new one each time).")
    private Long seed;

    @Option(
            names = "--audit-every",
            paramLabel = "SECONDS",
            description = "Seconds between two audits (default ${DEFAULT-VALUE}).")
    private double auditEverySeconds = 5;

    @Option(
            names = "--switch-every",
            paramLabel = "AUDITS",
            description =
                    "Number of audits before the cache is closed under load and the next"
                            + " configuration starts (default ${DEFAULT-VALUE}).")
    private int switchEvery = 2;

    @Option(
            names = "--configuration",
            paramLabel = "NAME",
            description =
                    "Run only this configuration; may be repeated (default: all, one after"
                            + " another).")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--hang-after",
            paramLabel = "SECONDS",
            description = "Seconds that one operation may take (default ${DEFAULT-VALUE}).")
    private int hangAfterSeconds = 60;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the report to this file, as JSON.")
    private String json;

    /**
     * Validates the options, and chooses a seed if none was given.
     *
     * @return what is wrong with the options, or null if they are valid.
     */
    String problem() {
        if (!(minutes > 0 && minutes <= MAX_MINUTES)) {
            return "--minutes must be above 0 and at most "
                    + MAX_MINUTES
                    + ": --minutes="
                    + minutes;
        }
        if (threads < 1 || threads > MAX_THREADS) {
            return "--threads must be between 1 and " + MAX_THREADS + ": --threads=" + threads;
        }
        if (!(auditEverySeconds >= MIN_AUDIT_SECONDS && auditEverySeconds <= MAX_AUDIT_SECONDS)) {
            return "--audit-every must be between "
                    + MIN_AUDIT_SECONDS
                    + " and "
                    + MAX_AUDIT_SECONDS
                    + ": --audit-every="
                    + auditEverySeconds;
        }
        if (switchEvery < 1 || switchEvery > MAX_SWITCH) {
            return "--switch-every must be between 1 and "
                    + MAX_SWITCH
                    + ": --switch-every="
                    + switchEvery;
        }
        if (hangAfterSeconds < 1 || hangAfterSeconds > MAX_HANG_SECONDS) {
            return "--hang-after must be between 1 and "
                    + MAX_HANG_SECONDS
                    + ": --hang-after="
                    + hangAfterSeconds;
        }
        for (final String name : names) {
            if (find(name) == null) {
                return "--configuration must be one of "
                        + String.join(", ", allNames())
                        + ": --configuration="
                        + name;
            }
        }
        if (seed == null) {
            seed = new SplittableRandom().nextLong();
        }
        return null;
    }

    /** Returns the command line that repeats this soak. */
    String commandLine() {
        final StringBuilder line =
                new StringBuilder("java -jar flagstone-soak.jar --minutes ")
                        .append(minutes)
                        .append(" --threads ")
                        .append(threads)
                        .append(" --seed ")
                        .append(seed)
                        .append(" --audit-every ")
                        .append(auditEverySeconds)
                        .append(" --switch-every ")
                        .append(switchEvery)
                        .append(" --hang-after ")
                        .append(hangAfterSeconds);
        names.forEach(name -> line.append(" --configuration ").append(name));
        return line.toString();
    }

    List<SoakConfiguration> configurations() {
        return names.isEmpty()
                ? SoakConfiguration.ALL
                : names.stream().map(SoakOptions::find).toList();
    }

    long durationNs() {
        return (long) (minutes * TimeUnit.MINUTES.toNanos(1));
    }

    int threads() {
        return threads;
    }

    long seed() {
        return seed;
    }

    long auditEveryNs() {
        return (long) (auditEverySeconds * TimeUnit.SECONDS.toNanos(1));
    }

    int switchEvery() {
        return switchEvery;
    }

    long hangAfterNs() {
        return TimeUnit.SECONDS.toNanos(hangAfterSeconds);
    }

    /** Returns the file for the JSON report, or null. */
    String json() {
        return json;
    }

    private static SoakConfiguration find(String name) {
        return SoakConfiguration.ALL.stream()
                .filter(configuration -> configuration.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static List<String> allNames() {
        return SoakConfiguration.ALL.stream().map(SoakConfiguration::name).toList();
    }
}
