// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.report.OutputFile;
import io.flagstone.tools.console.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options that say what is shown and written. */
class OutputOptions {
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a page with charts and tables.")
    private Path html;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description =
                    "Write the report for machines; with - to the standard output, which then has"
                            + " nothing else.")
    private String json;

    @Option(names = "--no-progress", description = "Show no progress, not on a terminal either.")
    private boolean noProgress;

    final boolean progress() {
        return !noProgress && Terminal.isInteractive();
    }

    /**
     * Why a report cannot be written, asked before the work.
     *
     * @return the reason, or null where there is none.
     */
    String problem() {
        final String obstacle = html == null ? null : OutputFile.obstacle(html);
        if (obstacle != null) {
            return "--html: " + obstacle;
        }
        if (json == null || jsonOnly()) {
            return null;
        }
        final String jsonObstacle = OutputFile.obstacle(Path.of(json));
        if (jsonObstacle != null) {
            return "--json: " + jsonObstacle;
        }
        return html != null && html.toAbsolutePath().equals(Path.of(json).toAbsolutePath())
                ? "--html and --json are the same file"
                : null;
    }

    /**
     * Where text for people goes.
     *
     * @param command whose writers they are.
     * @return the standard output, unless JSON has it.
     */
    final PrintWriter text(CommandLine command) {
        return jsonOnly() ? command.getErr() : command.getOut();
    }

    /**
     * Writes the reports asked for. Both are rendered before any is written.
     *
     * @param command where JSON goes that has no file.
     * @param page the page with charts.
     * @param machine the report for machines.
     * @throws IOException where a file cannot be written.
     */
    final void write(CommandLine command, Rendering page, Rendering machine) throws IOException {
        final String htmlText = html == null ? null : page.render();
        final String jsonText = json == null ? null : machine.render();
        if (htmlText != null) {
            OutputFile.write(html, htmlText);
        }
        if (jsonOnly()) {
            final PrintWriter out = command.getOut();
            out.print(jsonText);
            out.flush();
        } else if (jsonText != null) {
            OutputFile.write(Path.of(json), jsonText);
        }
    }

    private boolean jsonOnly() {
        return STANDARD_OUTPUT.equals(json);
    }

    /** A report in the making. */
    @FunctionalInterface
    interface Rendering {
        /**
         * Makes it.
         *
         * @return the whole file.
         * @throws IOException where charts cannot be drawn.
         */
        String render() throws IOException;
    }
}
