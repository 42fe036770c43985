// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Forecast;
import io.flagstone.bench.fork.Load;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.report.Report;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of a command that compares contenders: the contenders and the reports. */
final class ContenderOptions extends OutputOptions {
    private static final List<String> DISTRIBUTIONS = List.of("uniform", "zipf");

    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "NAME",
            description = "Contenders, such as flagstone,caffeine,floor-latency (all).")
    private List<String> titles = new ArrayList<>();

    /** Returns the contenders asked for, in the order of the reports. */
    List<ContenderType> types() {
        return Arrays.stream(ContenderType.values())
                .filter(type -> titles.isEmpty() || titles.contains(type.title()))
                .toList();
    }

    @Override
    String problem() {
        return titles.stream()
                .filter(title -> ContenderType.of(title).isEmpty())
                .findFirst()
                .map(
                        title ->
                                "--impl "
                                        + title
                                        + " is not one of "
                                        + String.join(", ", ContenderType.titles()))
                .orElseGet(super::problem);
    }

    /** Returns why there is no such distribution of keys, or null if there is. */
    static String problemOfKeys(String distribution) {
        return DISTRIBUTIONS.contains(distribution)
                ? null
                : "--keys " + distribution + " is neither uniform nor zipf";
    }

    /**
     * Checks the options, measures, and writes the reports asked for. Shows progress on a terminal.
     *
     * @param spec the command.
     * @param problems the problems of the command's own options; null elements are none.
     * @param forecast returns the expected duration, which is printed before the measurement.
     * @param measurement measures and returns the report.
     * @return the command's exit code.
     * @throws InterruptedException if the thread is interrupted.
     */
    int run(
            CommandSpec spec,
            Stream<String> problems,
            Supplier<Forecast> forecast,
            Measuring measurement)
            throws InterruptedException {
        check(spec, problems);
        print(spec, forecast.get());
        try {
            write(spec.commandLine(), measure(spec, measurement));
            return 0;
        } catch (IOException failure) {
            return fail(spec, failure);
        }
    }

    private static void print(CommandSpec spec, Forecast forecast) {
        if (forecast.jvms() > 0) {
            // Not to the standard output, which may be a file of JSON.
            spec.commandLine().getErr().println(forecast.describe());
            spec.commandLine().getErr().flush();
        }
    }

    private Report measure(CommandSpec spec, Measuring measurement)
            throws IOException, InterruptedException {
        final Load load = new Load();
        final Supplier<Origin> origin = () -> Origin.of(commandLine(spec), load);
        if (!progress()) {
            return measurement.run((done, all, next) -> load.sample(), origin);
        }
        try (StepDisplay display = new StepDisplay(spec.name())) {
            return measurement.run(
                    (done, all, next) -> {
                        load.sample();
                        display.next(done, all, next);
                    },
                    origin);
        }
    }

    /** A measurement of a command. */
    @FunctionalInterface
    interface Measuring {
        /**
         * Measures.
         *
         * @param progress is told of each step.
         * @param origin returns the origin of the figures after the last step.
         * @return the report.
         * @throws IOException if the input cannot be read or a JVM cannot be started.
         * @throws InterruptedException if the thread is interrupted.
         */
        Report run(StepListener progress, Supplier<Origin> origin)
                throws IOException, InterruptedException;
    }
}
