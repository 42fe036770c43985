// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The exit code and the output of a run of the command line. */
record Cli(int status, String out, String err) {
    /** The keys that the JSON of every command has. */
    static final List<String> ORIGIN_KEYS =
            List.of("command", "date", "jdk", "cpu", "processors", "pageSizeBytes", "commit");

    static Cli run(String... args) {
        return run(Main.commandLine(), args);
    }

    /** Runs a command of the operators' tools. */
    static Cli tools(String... args) {
        return run(io.flagstone.tools.Main.commandLine(), args);
    }

    private static Cli run(CommandLine command, String... args) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final int status =
                command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
        return new Cli(status, out.toString(), err.toString());
    }

    /** Runs {@code replay} with these arguments and returns its JSON report. */
    static JsonObject replay(Path directory, String... args) {
        return json(directory, "replay", args);
    }

    /** Runs a command with these arguments and returns its JSON report. */
    static JsonObject json(Path directory, String command, String... args) {
        final Path file = directory.resolve("report.json");
        final List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(args));
        all.addAll(List.of("--json", file.toString()));
        final Cli run = run(all.toArray(String[]::new));
        if (run.status() != 0) {
            throw new AssertionError("status " + run.status() + ": " + run.out() + run.err());
        }
        try {
            final JsonObject root =
                    JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            assertThat(root.keySet()).containsAll(ORIGIN_KEYS);
            return root;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
