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

/** The entry point of the soak's jar: exits with 0 if all was well, 1 at the first violation. */
@Command(
        name = "flagstone-soak",
        mixinStandardHelpOptions = true,
        description =
                "Mixes all operations of the cache on many threads for as long as wanted, checks"
                        + " every value and every result, and stops at the first violation.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no violation", "1:a violation, which is printed", "2:a wrong option"})
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

    /** The command line; the seam can put something between the threads and each cache. */
    static CommandLine commandLine(UnaryOperator<SoakCache> decorator) {
        return new CommandLine(new SoakCommand(decorator))
                .setParameterExceptionHandler(SoakCommand::refuse);
    }

    /** One line: the whole help would bury it. */
    private static int refuse(ParameterException refusal, String[] args) {
        final PrintWriter err = refusal.getCommandLine().getErr();
        err.println("error: " + refusal.getMessage());
        err.flush();
        return refusal.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
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
        err.println("  again     " + options.commandLine());
        err.flush();
        return 1;
    }
}
