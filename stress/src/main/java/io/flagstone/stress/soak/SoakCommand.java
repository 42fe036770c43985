// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The soak's command: exits with 0 without a violation, 1 at the first violation. */
@Command(
        name = "flagstone-soak",
        mixinStandardHelpOptions = true,
        description =
                "Runs all operations of the cache on many threads, checks every value and every"
                        + " result, and stops after the given time or at the first violation.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no violation", "1:a violation, which is printed", "2:an invalid option"})
public final class SoakCommand implements Callable<Integer> {
    private final UnaryOperator<SoakCache> decorator;

    @Spec private CommandSpec spec;
    @Mixin private SoakOptions options;

    private SoakCommand(UnaryOperator<SoakCache> decorator) {
        this.decorator = decorator;
    }

    /**
     * Runs the command line and exits with its status.
     *
     * @param args the command line.
     */
    public static void main(String[] args) {
        System.exit(commandLine(UnaryOperator.identity()).execute(args));
    }

    /** Returns the command line. The decorator wraps each cache before the threads use it. */
    static CommandLine commandLine(UnaryOperator<SoakCache> decorator) {
        return new CommandLine(new SoakCommand(decorator))
                .setParameterExceptionHandler(SoakCommand::printError);
    }

    /**
     * Prints an error of the command line as one line; the whole help would hide it.
     *
     * @param exception the error.
     * @param args the command line.
     * @return the exit code.
     */
    public static int printError(ParameterException exception, String[] args) {
        final PrintWriter err = exception.getCommandLine().getErr();
        err.println("error: " + exception.getMessage());
        err.flush();
        return exception.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        final CommandLine line = spec.commandLine();
        final String problem = options.problem();
        if (problem != null) {
            throw new ParameterException(line, problem);
        }
        final String violation = new Soak(options, decorator, line.getOut()).run();
        if (violation == null) {
            return 0;
        }
        final PrintWriter err = line.getErr();
        err.println("VIOLATION: " + violation);
        err.println("  seed      " + options.seed());
        err.println("  repeat    " + options.commandLine());
        err.flush();
        return 1;
    }
}
