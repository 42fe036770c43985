// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Prints an error of the command line: one line for the error, one for where to find help. */
public final class Refusal {
    private Refusal() {}

    /**
     * Prints the error, without the whole help text, which would hide it.
     *
     * @param refusal the error and its command.
     * @param args the command line; not used.
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
