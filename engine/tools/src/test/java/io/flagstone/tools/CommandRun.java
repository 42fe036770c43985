// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;

/** The result of a run of the command line. */
record CommandRun(int status, String out, String err) {
    static CommandRun of(String command, Object... arguments) {
        return of(new StringWriter(), command, arguments);
    }

    /** Runs a command whose output another thread may read while it runs. */
    static CommandRun of(StringWriter out, String command, Object... arguments) {
        final StringWriter err = new StringWriter();
        final String[] all =
                Stream.concat(Stream.of(command), Stream.of(arguments))
                        .map(Object::toString)
                        .toArray(String[]::new);
        final int status =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(all);
        return new CommandRun(status, out.toString(), err.toString());
    }
}
