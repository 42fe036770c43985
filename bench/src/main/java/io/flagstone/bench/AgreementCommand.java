// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.agreement.AgreementPlan;
import io.flagstone.bench.agreement.AgreementReport;
import io.flagstone.bench.agreement.AgreementResult;
import io.flagstone.bench.agreement.AgreementRun;
import io.flagstone.bench.agreement.AgreementSystem;
import io.flagstone.bench.fork.Load;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code agreement}: measures Flagstone's cluster and a peer on the same work. */
@Command(
        name = "agreement",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Measures Flagstone's cluster and jgroups-raft on the same work: round trips and"
                    + " throughput of three members, and the times after the leader was killed.",
            "",
            "All processes run on this machine and talk over the loopback interface. jgroups-raft"
                    + " is measured if it and jgroups are on the class path."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured, and nothing was lost; the report lists what could not be measured",
            "1:an acknowledged put was lost, or a member is different",
            "2:invalid options, or a report could not be written"
        })
final class AgreementCommand implements Callable<Integer> {
    private static final int MAX_WINDOW = 4_096;
    private static final int MAX_ROUNDS = 1_000;
    private static final int MAX_SECONDS = 3_600;

    @Spec private CommandSpec spec;

    @Option(
            names = "--systems",
            split = ",",
            paramLabel = "NAME",
            description = "What to measure: ${COMPLETION-CANDIDATES} (all).")
    private List<AgreementSystem> systems = new ArrayList<>();

    @Option(
            names = "--windows",
            split = ",",
            paramLabel = "N",
            description = "Numbers of puts under way, each 1 to 4096 (16,64,256,1024).")
    private List<Integer> windows = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds, each with new members (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Seconds of each step of a round (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "Seconds of pipelined puts, and then of single ones, before the first step of"
                            + " a round (${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--sync",
            description =
                    "Members write their logs to the device before they acknowledge. Without it"
                            + " all systems leave that to the operating system, their default.")
    private boolean sync;

    @ArgGroup(validate = false, heading = "%nReports:%n")
    private OutputOptions reports = new OutputOptions();

    @Override
    public Integer call() {
        if (systems.isEmpty()) {
            systems.addAll(List.of(AgreementSystem.values()));
        }
        if (windows.isEmpty()) {
            windows.addAll(List.of(16, 64, 256, 1_024));
        }
        reports.check(spec, problems());
        final Load load = new Load();
        try {
            final AgreementRun run =
                    new AgreementRun(
                            new AgreementPlan(systems, windows, rounds, seconds, warmUp, sync));
            final List<AgreementResult> results;
            if (reports.progress()) {
                try (StepDisplay display = new StepDisplay("agreement")) {
                    results = run.run(display::next);
                }
            } else {
                results = run.run(StepListener.NONE);
            }
            reports.write(
                    spec.commandLine(),
                    new AgreementReport(results, Origin.of(OutputOptions.commandLine(spec), load)));
            return results.stream().allMatch(AgreementResult::isWhole) ? 0 : 1;
        } catch (IOException failure) {
            return reports.fail(spec, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return reports.fail(spec, new IOException("interrupted", interrupted));
        }
    }

    private Stream<String> problems() {
        return Stream.concat(
                windows.stream().map(window -> Limits.problem("--windows", window, 1, MAX_WINDOW)),
                Stream.of(
                        Limits.problem("--rounds", rounds, 1, MAX_ROUNDS),
                        Limits.problem("--seconds", seconds, 1, MAX_SECONDS),
                        Limits.problem("--warm-up", warmUp, 0, MAX_SECONDS)));
    }
}
