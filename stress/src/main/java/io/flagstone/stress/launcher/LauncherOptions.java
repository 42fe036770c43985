// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.launcher;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jcstress.Options;

/**
 * The options of jcstress with other defaults: the JVM flag that the engine needs, and results in
 * one directory. Prints with the settings how long the run will take.
 */
final class LauncherOptions extends Options {
    /** The time from the start of a run's JVM to its first iteration, as measured. */
    private static final int START_OF_RUN_MS = 1_000;

    private static final Set<String> FLAGS = Set.of("-jvmArgs", "-jvmArgsPrepend");
    private static final List<String> OPENS =
            List.of("-jvmArgsPrepend", "--add-opens java.base/jdk.internal.misc=ALL-UNNAMED");
    private static final String REPORT = "-r";

    private final Path directory;
    private int plannedRuns;

    /**
     * Creates options that are not parsed yet.
     *
     * @param args the command line.
     * @param directory the directory for results, absolute.
     */
    LauncherOptions(String[] args, Path directory) {
        super(complete(args, directory));
        this.directory = directory;
    }

    private static String[] complete(String[] args, Path directory) {
        final Set<String> given = Set.of(Arrays.stream(args).distinct().toArray(String[]::new));
        final Stream<String> flags =
                FLAGS.stream().anyMatch(given::contains) ? Stream.empty() : OPENS.stream();
        final Stream<String> report =
                given.contains(REPORT)
                        ? Stream.empty()
                        : Stream.of(REPORT, directory.resolve("report").toString());
        return Stream.of(flags, report, Arrays.stream(args))
                .flatMap(one -> one)
                .toArray(String[]::new);
    }

    /** Returns the file of the raw results, which has no directory unless it is to be parsed. */
    @Override
    public String getResultFile() {
        final String file = super.getResultFile();
        return shouldParse() ? file : directory.resolve(file).toString();
    }

    /** Counts the planned runs: jcstress asks for the stride once for each of them. */
    @Override
    public int getStrideCount() {
        plannedRuns++;
        return super.getStrideCount();
    }

    @Override
    public void printSettingsOn(PrintStream out) {
        // The settings ask for the stride, too.
        final int runs = plannedRuns;
        super.printSettingsOn(out);
        out.println("  Raw results: " + getResultFile());
        out.println("  Expected time: " + describe(runs, expected(runs, getCPUCount())));
        out.println();
    }

    /**
     * Returns how long runs take if the machine does nothing else. Nearly all tests have two
     * threads, which do not share a processor.
     */
    Duration expected(int runs, int processors) {
        final long runMs = START_OF_RUN_MS + (long) getIterations() * getTime();
        return Duration.ofMillis(runs * runMs / Math.max(1, processors / 2));
    }

    private static String describe(int runs, Duration expected) {
        return String.format(
                "%d:%02d:%02d hours for %,d runs, if the machine does nothing else",
                expected.toHours(), expected.toMinutesPart(), expected.toSecondsPart(), runs);
    }
}
