// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.cluster.ClusterReport;
import io.flagstone.bench.cluster.ClusterResult;
import io.flagstone.bench.cluster.ClusterRun;
import io.flagstone.bench.fork.Load;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.Progress;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code cluster}: plays the tape into a cluster that loses its leader. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Plays the trade tape into a cluster of three members, kills the leader on the way, and"
                    + " reports what was lost.",
            "",
            "Members and client are processes of this machine and talk over the loopback interface."
                    + " The member that was killed is started again."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was lost, made twice or different",
            "1:differences from the model or between members",
            "2:invalid options, a process failed, or a report could not be written"
        })
final class ClusterCommand implements Callable<Integer> {
    private static final int LEAST_TRADES = 1_000;
    private static final int ALL_TRADES = 100_000;

    @Spec private CommandSpec spec;

    @Option(
            names = "--trades",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Trades of the tape to make, 1,000 to 100,000 (all).")
    private int trades;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the trade at which the leader is killed (random).")
    private Long seed;

    @ArgGroup(validate = false, heading = "%nReports:%n")
    private OutputOptions reports = new OutputOptions();

    @Override
    public Integer call() {
        reports.check(spec, Stream.ofNullable(problem()));
        try {
            final Load load = new Load();
            final ClusterResult result;
            if (reports.progress()) {
                try (ProgressDisplay display = new ProgressDisplay(" trades", 1)) {
                    result = run(display);
                }
            } else {
                result = run(Progress.NONE);
            }
            reports.write(
                    spec.commandLine(),
                    new ClusterReport(result, Origin.of(OutputOptions.commandLine(spec), load)));
            return result.differences() == 0 ? 0 : 1;
        } catch (IOException failure) {
            return reports.fail(spec, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return reports.fail(spec, new IOException("interrupted", interrupted));
        }
    }

    private ClusterResult run(Progress progress) throws IOException, InterruptedException {
        // Short enough to be typed again.
        final long chosen = seed == null ? ThreadLocalRandom.current().nextInt(1, 1_000_000) : seed;
        return new ClusterRun(trades, chosen, progress).run();
    }

    private String problem() {
        return trades < LEAST_TRADES || trades > ALL_TRADES
                ? "--trades " + trades + " is not between " + LEAST_TRADES + " and " + ALL_TRADES
                : null;
    }
}
