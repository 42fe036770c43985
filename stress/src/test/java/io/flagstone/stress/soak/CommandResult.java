// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.UnaryOperator;
import picocli.CommandLine;

/**
 * The result of a command line.
 *
 * @param status the exit status.
 * @param out the standard output.
 * @param err the error output.
 */
record CommandResult(int status, String out, String err) {
    /** Runs a command line; the decorator wraps each cache. */
    static CommandResult of(UnaryOperator<SoakCache> decorator, String... args) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final CommandLine command =
                SoakCommand.commandLine(decorator)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err));
        final int status = command.execute(args);
        return new CommandResult(status, out.toString(), err.toString());
    }

    static String seed() {
        final long seed = Long.getLong("flagstone.test.seed", 20_131_125L);
        System.out.println("seed " + seed);
        return Long.toString(seed);
    }
}
