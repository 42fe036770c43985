// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.tools.console.Refusal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of the runnable jar. */
@Command(
        name = "flagstone-tools",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "Tools for operators of a Flagstone cache.",
        subcommands = {StatCommand.class, InspectCommand.class, ShardsCommand.class})
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    private Main() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param args the command line.
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /**
     * Creates the command line with all its commands.
     *
     * @return the command line, ready to execute.
     */
    public static CommandLine commandLine() {
        return new CommandLine(new Main()).setParameterExceptionHandler(Refusal::print);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: use stat, inspect or shards");
    }
}
