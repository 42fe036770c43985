// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.report.OutputFile;
import io.flagstone.bench.report.Picture;
import io.flagstone.bench.report.Report;
import io.flagstone.bench.report.StandardOutput;
import io.flagstone.tools.console.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options for progress and reports, which all commands share. */
class OutputOptions {
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the report as a page with charts and tables.")
    private Path html;

    @Option(
            names = "--pictures",
            paramLabel = "DIR",
            description = "Write each chart of the page as an SVG file into a directory.")
    private Path pictures;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description =
                    "Write the report as JSON to a file, or with - to the standard output, which"
                            + " then has nothing else.")
    private String json;

    @Option(names = "--no-progress", description = "Show no progress, even on a terminal.")
    private boolean noProgress;

    final boolean progress() {
        return !noProgress && Terminal.isInteractive();
    }

    /**
     * Returns the first problem with the options, such as a report that cannot be written. Commands
     * ask before the work.
     *
     * @return the problem, or null if there is none.
     */
    String problem() {
        final String obstacle = html == null ? null : OutputFile.obstacle(html);
        if (obstacle != null) {
            return "--html: " + obstacle;
        }
        // Any name shows whether the directory can be written.
        final String noPictures =
                pictures == null ? null : OutputFile.obstacle(pictures.resolve("picture.svg"));
        if (noPictures != null) {
            return "--pictures: " + noPictures;
        }
        final String loss = StandardOutput.obstacle();
        if (loss != null) {
            return (jsonOnly() ? "--json -: " : "") + loss;
        }
        if (json == null || jsonOnly()) {
            return null;
        }
        final String jsonObstacle = OutputFile.obstacle(Path.of(json));
        if (jsonObstacle != null) {
            return "--json: " + jsonObstacle;
        }
        return html != null && html.toAbsolutePath().equals(Path.of(json).toAbsolutePath())
                ? "--html and --json must be different files"
                : null;
    }

    /**
     * Refuses the command line if an option has a problem.
     *
     * @param spec the command.
     * @param problems the problems of the command's other options; null elements are none.
     * @throws ParameterException with the first problem.
     */
    final void check(CommandSpec spec, Stream<String> problems) {
        Stream.concat(problems, Stream.ofNullable(problem()))
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(
                        problem -> {
                            throw new ParameterException(spec.commandLine(), problem);
                        });
    }

    /**
     * Prints the report and writes the files asked for. Text goes to the standard error if JSON
     * goes to the standard output. All files are rendered before one is written. An output that is
     * lost does not stop the others.
     *
     * @param command the command whose writers are used.
     * @param report the report.
     * @throws IOException if an output was lost; the message has each reason and its option.
     */
    final void write(CommandLine command, Report report) throws IOException {
        final List<String> lost = new ArrayList<>();
        report.print(jsonOnly() ? command.getErr() : command.getOut());
        if (!jsonOnly() && isLost(command.getOut())) {
            lost.add(StandardOutput.loss());
        }
        final String htmlText = html == null ? null : report.html();
        final Map<Path, String> files = new LinkedHashMap<>();
        if (pictures != null) {
            for (final Picture picture : report.pictures()) {
                files.put(pictures.resolve(picture.fileName()), picture.file());
            }
        }
        final String jsonText = json == null ? null : report.json();
        if (htmlText != null) {
            write("--html", html, htmlText, lost);
        }
        files.forEach((file, text) -> write("--pictures", file, text, lost));
        if (jsonOnly()) {
            final PrintWriter out = command.getOut();
            out.print(jsonText);
            if (isLost(out)) {
                lost.add("--json -: " + StandardOutput.loss());
            }
        } else if (jsonText != null) {
            write("--json", Path.of(json), jsonText, lost);
        }
        if (!lost.isEmpty()) {
            throw new IOException(String.join("; ", lost));
        }
    }

    /** A writer that encodes text does not know the errors of the stream below. */
    private static boolean isLost(PrintWriter out) {
        return out.checkError() || System.out.checkError();
    }

    private static void write(String option, Path file, String text, List<String> lost) {
        try {
            OutputFile.write(file, text);
        } catch (IOException failure) {
            lost.add(option + ": " + file + " not written: " + OutputFile.reason(failure));
        }
    }

    /**
     * Prints why the input could not be read or a report could not be written.
     *
     * @param spec the command.
     * @param failure the error.
     * @return the command's exit code.
     */
    final int fail(CommandSpec spec, IOException failure) {
        final String reason =
                failure instanceof AccessDeniedException
                        ? failure.getMessage() + ": access denied"
                        : failure.getMessage();
        spec.commandLine().getErr().println("error: " + reason);
        spec.commandLine().getErr().flush();
        return spec.exitCodeOnInvalidInput();
    }

    /** Returns the command line that repeats this run. */
    static String commandLine(CommandSpec spec) {
        return "java -jar bench/target/flagstone-bench.jar "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private boolean jsonOnly() {
        return STANDARD_OUTPUT.equals(json);
    }
}
