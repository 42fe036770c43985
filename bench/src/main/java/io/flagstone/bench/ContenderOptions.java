// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of whatever compares contenders: which, and what is written. */
final class ContenderOptions extends OutputOptions {
    private static final List<String> DISTRIBUTIONS = List.of("uniform", "zipf");

    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "NAME",
            description = "Contenders, such as flagstone,caffeine,floor-latency (all).")
    private List<String> titles = new ArrayList<>();

    /** Those asked for, in the order of reports. */
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
                                        + " is none of "
                                        + String.join(", ", ContenderType.titles()))
                .orElseGet(super::problem);
    }

    /** Why keys cannot be drawn so, or null if they can. */
    static String problemOfKeys(String distribution) {
        return DISTRIBUTIONS.contains(distribution)
                ? null
                : "--keys " + distribution + " is neither uniform nor zipf";
    }

    /** How to repeat what is being run. */
    static String commandLine(CommandSpec spec) {
        return "java -jar bench/target/flagstone-bench.jar "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    /**
     * Measures and reports, with progress where somebody watches.
     *
     * @param spec of the command.
     * @param work what is done.
     * @return the command's exit status.
     * @throws InterruptedException if interrupted.
     */
    int report(CommandSpec spec, Work work) throws InterruptedException {
        try {
            if (progress()) {
                try (StepDisplay display = new StepDisplay(spec.name())) {
                    work.run(display::next);
                }
            } else {
                work.run(StepListener.NONE);
            }
            return 0;
        } catch (IOException failure) {
            spec.commandLine().getErr().println("error: " + failure.getMessage());
            spec.commandLine().getErr().flush();
            return spec.exitCodeOnInvalidInput();
        }
    }

    /** Measuring and reporting. */
    @FunctionalInterface
    interface Work {
        /** Does it. */
        void run(StepListener progress) throws IOException, InterruptedException;
    }
}
