// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.fork.Load;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.fork.StepListener;
import io.flagstone.bench.replication.Pair;
import io.flagstone.bench.replication.ReplicationFigure;
import io.flagstone.bench.replication.ReplicationReport;
import io.flagstone.bench.replication.ReplicationRun;
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

/** The command {@code replication}: measures replicas of Flagstone and of peers. */
@Command(
        name = "replication",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Measures how many changes a second reach replicas, and how late a reader sees them.",
            "",
            "All processes run on this machine. Redis is measured if /usr/bin/redis-server is"
                    + " there, Hazelcast if it is on the class path; both listen on the loopback"
                    + " interface alone. The report says which of them were missing."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured; the report lists what could not be measured",
            "2:invalid options, or a report could not be written"
        })
final class ReplicationCommand implements Callable<Integer> {
    private static final int MAX_REPLICAS = 8;
    private static final int MAX_WRITES = 100_000_000;
    private static final int MAX_ROUNDS = 1_000;
    private static final int MAX_PACE = 10_000_000;
    private static final int MAX_SECONDS = 3_600;

    @Spec private CommandSpec spec;

    @Option(
            names = "--pairs",
            split = ",",
            paramLabel = "NAME",
            description = "What to measure: ${COMPLETION-CANDIDATES} (all).")
    private List<Pair> pairs = new ArrayList<>();

    @Option(
            names = "--replicas",
            split = ",",
            paramLabel = "N",
            description = "Numbers of replicas, each 1 to 8 (1,2).")
    private List<Integer> replicas = new ArrayList<>();

    @Option(
            names = "--writes",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Writes of a round (${DEFAULT-VALUE}).")
    private int writes;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds, after one that warms up (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--pace",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Writes a second at which lags are measured (${DEFAULT-VALUE}).")
    private int pace;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Seconds for which lags are measured (${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--spin",
            description =
                    "Readers at replicas never sleep, so that no lag contains the time that it"
                            + " takes to wake them. Each then needs a processor.")
    private boolean spin;

    @ArgGroup(validate = false, heading = "%nReports:%n")
    private OutputOptions reports = new OutputOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (pairs.isEmpty()) {
            pairs.addAll(List.of(Pair.values()));
        }
        if (replicas.isEmpty()) {
            replicas.addAll(List.of(1, 2));
        }
        reports.check(spec, problems());
        final Load load = new Load();
        try {
            final ReplicationRun run =
                    new ReplicationRun(pairs, replicas, writes, rounds, pace, seconds, spin);
            final List<ReplicationFigure> figures;
            if (reports.progress()) {
                try (StepDisplay display = new StepDisplay("replication")) {
                    figures = run.run(display::next);
                }
            } else {
                figures = run.run(StepListener.NONE);
            }
            reports.write(
                    spec.commandLine(),
                    new ReplicationReport(
                            figures, Origin.of(OutputOptions.commandLine(spec), load)));
            return 0;
        } catch (IOException failure) {
            return reports.fail(spec, failure);
        }
    }

    private Stream<String> problems() {
        return Stream.concat(
                replicas.stream()
                        .map(count -> Limits.problem("--replicas", count, 1, MAX_REPLICAS)),
                Stream.of(
                        Limits.problem("--writes", writes, 1, MAX_WRITES),
                        Limits.problem("--rounds", rounds, 1, MAX_ROUNDS),
                        Limits.problem("--pace", pace, 1, MAX_PACE),
                        Limits.problem("--seconds", seconds, 1, MAX_SECONDS)));
    }
}
