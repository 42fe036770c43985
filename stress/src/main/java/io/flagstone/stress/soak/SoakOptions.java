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
            description = "How long, fractions allowed (${DEFAULT-VALUE}).")
    private double minutes = 1;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "How many threads (${DEFAULT-VALUE}).")
    private int threads = 4;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Where the threads' random choices start; by default another each time.")
    private Long seed;

    @Option(
            names = "--audit-every",
            paramLabel = "SECONDS",
            description = "How long the threads run between two audits (${DEFAULT-VALUE}).")
    private double auditEverySeconds = 5;

    @Option(
            names = "--switch-every",
            paramLabel = "AUDITS",
            description =
                    "After how many audits the cache is closed under way and the next"
                            + " configuration takes its round (${DEFAULT-VALUE}).")
    private int switchEvery = 2;

    @Option(
            names = "--configuration",
            paramLabel = "NAME",
            description = "Only this configuration; may be given again. By default all take turns.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--hang-after",
            paramLabel = "SECONDS",
            description = "How long a thread may take for one operation (${DEFAULT-VALUE}).")
    private int hangAfterSeconds = 60;

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes the report as JSON.")
    private String json;

    /**
     * What is wrong with the options.
     *
     * @return the value and its limit, or null where nothing is.
     */
    String problem() {
        if (!(minutes > 0 && minutes <= MAX_MINUTES)) {
            return "--minutes " + minutes + " is not above 0 and at most " + MAX_MINUTES;
        }
        if (threads < 1 || threads > MAX_THREADS) {
            return "--threads " + threads + " is not between 1 and " + MAX_THREADS;
        }
        if (!(auditEverySeconds >= MIN_AUDIT_SECONDS && auditEverySeconds <= MAX_AUDIT_SECONDS)) {
            return "--audit-every "
                    + auditEverySeconds
                    + " is not between "
                    + MIN_AUDIT_SECONDS
                    + " and "
                    + MAX_AUDIT_SECONDS;
        }
        if (switchEvery < 1 || switchEvery > MAX_SWITCH) {
            return "--switch-every " + switchEvery + " is not between 1 and " + MAX_SWITCH;
        }
        if (hangAfterSeconds < 1 || hangAfterSeconds > MAX_HANG_SECONDS) {
            return "--hang-after " + hangAfterSeconds + " is not between 1 and " + MAX_HANG_SECONDS;
        }
        for (final String name : names) {
            if (find(name) == null) {
                return "--configuration " + name + " is none of " + String.join(", ", allNames());
            }
        }
        if (seed == null) {
            seed = new SplittableRandom().nextLong();
        }
        return null;
    }

    /** The command line that repeats this soak. */
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

    /** Where to write JSON, or null. */
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
