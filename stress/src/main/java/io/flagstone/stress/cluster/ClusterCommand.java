// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.stress.soak.SoakCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The soak of a cluster: exits with 0 without a violation, 1 at the first violation. */
@Command(
        name = "flagstone-soak --cluster",
        mixinStandardHelpOptions = true,
        description =
                "Kills, pauses and restarts members of a cluster, cuts their network and makes"
                        + " their disks slow while clients use it. Checks that what the clients"
                        + " saw is linearizable and that the members are equal.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no violation", "1:a violation, which is printed", "2:an invalid option"})
public final class ClusterCommand implements Callable<Integer> {
    private static final int MAX_SCHEDULES = 1_000_000;
    private static final int MAX_SHARDS = 4;
    private static final int FIRST_PORT = 21_000;
    private static final int PORT_RANGE = 20_000;
    private static final int HEAP_MIB = 512;

    @Option(names = "--cluster", required = true, description = "Run a cluster.")
    private boolean cluster;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description =
                    "Run N clusters as shards, 2 to 4, one of three members and the others of one,"
                            + " and move slots between them (default: one cluster of three"
                            + " members).")
    private int shards;

    @Option(
            names = "--schedules",
            paramLabel = "N",
            description = "Number of schedules of faults (default ${DEFAULT-VALUE}).")
    private int schedules = 5;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "Begin no fault after this time but the first one; fractions allowed.")
    private double minutes = Integer.MAX_VALUE;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of all random choices (default: a new one each time).")
    private Long seed;

    @Option(
            names = "--port",
            paramLabel = "P",
            description = "First of 60 ports of the loopback (default: by the process' id).")
    private Integer port;

    @Option(
            names = "--in-namespace",
            hidden = true,
            description = "This process has a network namespace of its own.")
    private boolean inNamespace;

    @Spec private CommandSpec spec;

    private ClusterCommand() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param args the command line.
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ClusterCommand())
                .setParameterExceptionHandler(SoakCommand::printError);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        final CommandLine line = spec.commandLine();
        if (schedules < 1 || schedules > MAX_SCHEDULES) {
            throw new ParameterException(
                    line, "--schedules must be between 1 and " + MAX_SCHEDULES + ": " + schedules);
        }
        if (shards != 0 && (shards < 2 || shards > MAX_SHARDS)) {
            throw new ParameterException(
                    line, "--shards must be between 2 and " + MAX_SHARDS + ": " + shards);
        }
        final long chosen = seed == null ? new SplittableRandom().nextLong() >>> 1 : seed;
        final List<String> way = inNamespace ? null : Network.inNewNamespace();
        if (way != null) {
            return runIn(way, chosen);
        }
        final long pid = ProcessHandle.current().pid();
        final int basePort = port == null ? FIRST_PORT + (int) (pid * 97 % PORT_RANGE) : port;
        final Path directory = Files.createTempDirectory("flagstone-cluster");
        final PrintWriter out = line.getOut();
        out.println("seed       " + chosen);
        if (!inNamespace) {
            out.println("network    no namespaces can be made here, so it is not cut");
        }
        if (inNamespace) {
            endWithParent();
        }
        final long endNs = System.nanoTime() + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
        final int hosts = shards == 0 ? MemberMain.MEMBERS : ShardSoak.hosts(shards);
        try (Network network = inNamespace ? new Network(hosts) : null;
                Soak soak =
                        shards == 0
                                ? new ClusterSoak(chosen, directory, network, basePort, out)
                                : new ShardSoak(
                                        shards, chosen, directory, network, basePort, out)) {
            int run = 0;
            while (run < schedules && (run == 0 || System.nanoTime() - endNs < 0)) {
                soak.run(run++, endNs);
            }
            soak.print(run);
        } catch (final ClusterViolation found) {
            final PrintWriter err = line.getErr();
            err.println("VIOLATION: " + found.getMessage());
            err.println(
                    "  repeat    --cluster"
                            + (shards == 0 ? "" : " --shards " + shards)
                            + " --schedules "
                            + schedules
                            + " --seed "
                            + chosen);
            err.println("  files     " + directory);
            err.flush();
            return 1;
        }
        IoUtil.delete(directory.toFile(), true);
        return 0;
    }

    /** Runs this command again, in a process with a network namespace of its own. */
    private int runIn(List<String> way, long chosen) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(way);
        command.addAll(
                MemberProcess.command(
                        List.of(),
                        HEAP_MIB,
                        ClusterCommand.class,
                        "--cluster",
                        "--in-namespace",
                        "--shards=" + shards,
                        "--schedules=" + schedules,
                        "--minutes=" + minutes,
                        "--seed=" + chosen));
        if (port != null) {
            command.add("--port=" + port);
        }
        final Process process = new ProcessBuilder(command).inheritIO().start();
        final Thread end = new Thread(process::destroy, "end");
        Runtime.getRuntime().addShutdownHook(end);
        final int status = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(end);
        return status;
    }

    /** Ends this process when the one that started it has ended. */
    private static void endWithParent() {
        ProcessHandle.current()
                .parent()
                .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
    }
}
