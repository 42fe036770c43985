// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the figures that a cache of any process publishes. */
@Command(
        name = "stat",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Shows the figures that a cache publishes to a file. Repeats this every second until"
                    + " the command is interrupted, the cache is closed, or its process has died.",
            "",
            "To publish, use io.flagstone.metrics.MetricsPublisher, or --metrics in a replay."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the cache is live or was closed",
            "1:the process died without closing the publisher",
            "2:an option or the file is invalid"
        })
final class StatCommand implements Callable<Integer> {
    private static final String CLEAR = "\033[H\033[2J";

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file that the cache publishes to.")
    private Path file;

    @Option(
            names = "--once",
            description = "Show the figures once. Rates count from the opening of the file.")
    private boolean once;

    @Option(names = "--json", description = "Write JSON. Requires --once.")
    private boolean json;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "The time between two screens: 1 to 3600, default ${DEFAULT-VALUE}.")
    private int seconds;

    @Override
    public Integer call() throws InterruptedException {
        if (json && !once) {
            throw new ParameterException(spec.commandLine(), "--json requires --once: add --once");
        }
        if (seconds < 1 || seconds > 3600) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--interval must be between 1 and 3600: --interval=" + seconds);
        }
        try (MetricsReader reader = MetricsReader.open(file)) {
            if (once) {
                show(reader);
            } else {
                watch(reader);
            }
            return reader.state() == MetricsReader.State.DIED ? 1 : 0;
        } catch (NoSuchFileException e) {
            throw new ParameterException(spec.commandLine(), "the file does not exist: " + file, e);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void show(MetricsReader reader) {
        final PrintWriter out = spec.commandLine().getOut();
        if (json) {
            final MetricsReader.State state = reader.state();
            final MetricsSnapshot now = reader.snapshot();
            out.print(StatJson.render(reader, state, now, System.currentTimeMillis() - now.atMs()));
        } else {
            new StatReport(reader).print(out, null, reader.snapshot());
        }
        out.flush();
    }

    private void watch(MetricsReader reader) throws InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final StatReport report = new StatReport(reader);
        MetricsSnapshot before = null;
        while (true) {
            final MetricsReader.State state = reader.state();
            final MetricsSnapshot now = reader.snapshot();
            out.print(Terminal.isInteractive() ? CLEAR : "");
            report.print(out, before, now);
            out.println();
            out.flush();
            if (state != MetricsReader.State.LIVE) {
                return;
            }
            if (before == null || now.atMs() - before.atMs() >= seconds * 1000L / 2) {
                before = now;
            }
            Thread.sleep(seconds * 1000L);
        }
    }
}
