// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Refuses a command line: one line says what is wrong, the next where help is. */
public final class Refusal {
    private Refusal() {}

    /**
     * Prints the error. The whole help text would bury it.
     *
     * @param refusal the error, with the command that it belongs to.
     * @param args the command line, which is not used.
     * @return the exit status.
     */
    public static int print(ParameterException refusal, String[] args) {
        final CommandLine command = refusal.getCommandLine();
        final PrintWriter err = command.getErr();
        err.println("error: " + refusal.getMessage());
        err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
