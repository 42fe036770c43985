// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.tools.console.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of the runnable jar. */
@Command(
        name = "flagstone-bench",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Benchmarks and trace replay for Flagstone.",
        subcommands = {
            CompareCommand.class,
            LatencyCommand.class,
            MemoryCommand.class,
            GrowthCommand.class,
            HitRatioCommand.class,
            ReplayCommand.class,
            ReplicationCommand.class,
            ClusterCommand.class,
            AgreementCommand.class,
            JmhCommand.class
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    private Main() {}

    /**
     * Runs the command line and exits with its exit code.
     *
     * @param args the command line.
     */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(commandLine().execute(args));
    }

    /**
     * Returns the command line with all commands.
     *
     * @return the command line, ready to execute.
     */
    static CommandLine commandLine() {
        return new CommandLine(new Main()).setParameterExceptionHandler(Refusal::print);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
