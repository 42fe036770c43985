package io.flagstone.bench;

import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.report.HtmlReport;
import io.flagstone.bench.report.JsonReport;
import io.flagstone.bench.report.OutputFile;
import io.flagstone.bench.report.Setup;
import io.flagstone.bench.report.TextReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options that say what is checked, shown and written. */
final class ReportOptions {
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = "--verify",
            description = "Run a model beside the cache and count every difference from it.")
    private boolean verify;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a page with charts of latency, hits, entries and memory.")
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

    boolean verify() {
        return verify;
    }

    boolean progress() {
        return !noProgress && Terminal.isInteractive();
    }

    /**
     * Why a report cannot be written, asked before the replay.
     *
     * @return the reason, or null where there is none.
     */
    String problem() {
        final String obstacle = html == null ? null : OutputFile.obstacle(html);
        if (obstacle != null) {
            return "--html: " + obstacle;
        }
        if (json == null || json.equals(STANDARD_OUTPUT)) {
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
     * Writes all reports asked for. Files are rendered before any is written.
     *
     * @param command where text goes.
     * @param setup what was replayed.
     * @param result what came out.
     * @throws IOException where a file cannot be written.
     */
    void write(CommandLine command, Setup setup, ReplayResult result) throws IOException {
        final boolean jsonOnly = STANDARD_OUTPUT.equals(json);
        new TextReport(jsonOnly ? command.getErr() : command.getOut()).write(setup, result);
        final String page = html == null ? null : HtmlReport.render(setup, result);
        final String machine = json == null ? null : JsonReport.render(setup, result);
        if (page != null) {
            OutputFile.write(html, page);
        }
        if (jsonOnly) {
            final PrintWriter out = command.getOut();
            out.print(machine);
            out.flush();
        } else if (machine != null) {
            OutputFile.write(Path.of(json), machine);
        }
    }
}
