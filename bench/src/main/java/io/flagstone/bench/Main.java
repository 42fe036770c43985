package io.flagstone.bench;

import java.io.PrintWriter;
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
            StatCommand.class,
            JmhCommand.class
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    private Main() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(commandLine().execute(args));
    }

    /**
     * The command line with all its commands.
     *
     * @return ready to execute
     */
    static CommandLine commandLine() {
        return new CommandLine(new Main()).setParameterExceptionHandler(Main::refuse);
    }

    /** One line on what is wrong and one on where help is: the whole help would bury the first. */
    private static int refuse(ParameterException refusal, String[] args) {
        final CommandLine command = refusal.getCommandLine();
        final PrintWriter err = command.getErr();
        err.println("error: " + refusal.getMessage());
        err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
