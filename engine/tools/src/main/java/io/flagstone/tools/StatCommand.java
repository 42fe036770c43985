// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.Frames;
import io.flagstone.tools.console.ScreenSize;
import io.flagstone.tools.console.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
            "A terminal gets a screen that fits: rows of 0 are hidden, and size classes that do not"
                    + " fit are counted. A pipe or a file gets everything.",
            "",
            "A line that begins with ! names a finding that is not normal, and the section of"
                    + " docs/operations.md about it.",
            "",
            "Reads are gets. Updates count as replacements, whereas the requests of a replay"
                    + " include them.",
            "",
            "To publish, use io.flagstone.metrics.MetricsPublisher, or --metrics in a replay."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the cache is live or was closed",
            "1:the process died without closing the publisher",
            "2:an option or the file is invalid, or the output could not be written"
        })
final class StatCommand implements Callable<Integer> {
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

    @Option(
            names = "--width",
            paramLabel = "COLUMNS",
            description =
                    "The width of the screen: 20 to 1000 (that of the terminal, otherwise 80).")
    private Integer width;

    @Option(
            names = "--height",
            paramLabel = "LINES",
            description =
                    "The height of the screen: 5 to 1000 (that of the terminal, otherwise 24).")
    private Integer height;

    /** The last known size. */
    private ScreenSize terminal = ScreenSize.DEFAULT;

    @Override
    public Integer call() throws InterruptedException {
        if (json && !once) {
            throw new ParameterException(spec.commandLine(), "--json requires --once: add --once");
        }
        check("--interval", seconds, 1, 3600);
        check("--width", width, 20, 1000);
        check("--height", height, 5, 1000);
        try (MetricsReader reader = MetricsReader.open(file)) {
            final MetricsReader.State state = once ? show(reader) : watch(reader);
            return state == MetricsReader.State.DIED ? 1 : 0;
        } catch (OutputLostException e) {
            final PrintWriter err = spec.commandLine().getErr();
            err.println("error: the output could not be written: check the disk or the pipe");
            err.flush();
            return spec.exitCodeOnInvalidInput();
        } catch (NoSuchFileException e) {
            throw new ParameterException(spec.commandLine(), "the file does not exist: " + file, e);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (UncheckedIOException e) {
            // The file was truncated or damaged since it was opened.
            throw new ParameterException(spec.commandLine(), e.getCause().getMessage(), e);
        }
    }

    private void check(String option, Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw new ParameterException(
                    spec.commandLine(),
                    option
                            + " must be between "
                            + least
                            + " and "
                            + most
                            + ": "
                            + option
                            + "="
                            + value);
        }
    }

    private MetricsReader.State show(MetricsReader reader) {
        final StatView view = StatView.of(reader);
        print(json ? StatJson.render(reader, view) : text(view));
        return view.state();
    }

    private MetricsReader.State watch(MetricsReader reader, Consumer<StatView> shown)
            throws InterruptedException {
        MetricsSnapshot base = null;
        MetricsSnapshot last = null;
        while (true) {
            final StatView view = StatView.of(reader);
            // Figures seen twice, or soon after the others, would give rates of nothing.
            if (last == null || Math.abs(view.now().atMs() - last.atMs()) >= seconds * 500L) {
                base = last;
                last = view.now();
            }
            shown.accept(view.since(base));
            if (view.state() != MetricsReader.State.LIVE) {
                return view.state();
            }
            Thread.sleep(seconds * 1000L);
        }
    }

    private MetricsReader.State watch(MetricsReader reader) throws InterruptedException {
        if (!Terminal.isInteractive()) {
            return watch(reader, view -> print(text(view) + "\n"));
        }
        try (Frames frames = new Frames(spec.commandLine().getOut())) {
            return watch(
                    reader,
                    view -> {
                        final ScreenSize size = size();
                        frames.draw(StatScreen.lines(view, size), size.columns());
                        checkOutput();
                    });
        }
    }

    /** Returns a screen for a terminal or if a size is given, otherwise all figures. */
    private String text(StatView view) {
        return width == null && height == null && !Terminal.isInteractive()
                ? StatReport.text(view)
                : String.join("\n", StatScreen.lines(view, size())) + "\n";
    }

    private ScreenSize size() {
        if (Terminal.isInteractive() && (width == null || height == null)) {
            terminal = ScreenSize.ofTerminal(terminal);
        }
        return new ScreenSize(
                width == null ? terminal.columns() : width,
                height == null ? terminal.lines() : height);
    }

    private void print(String text) {
        final PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        checkOutput();
    }

    /** Flushes the output. The writer and the stream below it tell of errors only if asked. */
    private void checkOutput() {
        if (spec.commandLine().getOut().checkError() || System.out.checkError()) {
            throw new OutputLostException();
        }
    }

    /** Ends the watch when nobody can see it. */
    private static final class OutputLostException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
