// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.replay.report.ReplayReport;
import io.flagstone.bench.replay.report.Setup;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The options of a replay that say what is checked, shown and written. */
final class ReportOptions extends OutputOptions {
    @Option(
            names = "--verify",
            description = "Run a model beside the cache and count every difference from it.")
    private boolean verify;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Publish the cache's figures to this file while it lasts, for 'stat'.")
    private Path metrics;

    Path metrics() {
        return metrics;
    }

    boolean verify() {
        return verify;
    }

    /**
     * Writes all reports asked for.
     *
     * @param command where text goes.
     * @param setup what was replayed.
     * @param result what came out.
     * @throws IOException where a file cannot be written.
     */
    void write(CommandLine command, Setup setup, ReplayResult result) throws IOException {
        final ReplayReport report = new ReplayReport(setup, result);
        report.print(text(command));
        write(command, report::html, report::json);
    }
}
