// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.CacheFileInspector;
import io.flagstone.CheckpointInspector;
import io.flagstone.api.CacheFileReport;
import io.flagstone.api.CheckpointFileReport;
import io.flagstone.tools.console.ScreenSize;
import io.flagstone.tools.console.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what is in the file of a cache with a directory, or in checkpoints. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Shows what is in the file of a cache with a directory: its state and owner, the"
                    + " settings that it was made for, the entries of each segment and size class,"
                    + " how old they are, and damage. Or what is in checkpoints: whether each is"
                    + " whole, its entries, and how old they are. A directory that has a cache and"
                    + " checkpoints is that of the cache; name a checkpoint's file then.",
            "",
            "The command opens files for reading only and takes no lock. While a cache has its"
                    + " file open, the counts are of several moments.",
            "",
            "A line that begins with ! says what the next cache will do other than continue."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the file is in use or was closed; the newest checkpoint is whole",
            "1:the process ended without closing the file: the next cache recovers the entries, or"
                    + " begins cold if the machine was started since; an older checkpoint is whole",
            "2:the file is damaged or neither a cache's nor a checkpoint, cannot be read, or an"
                    + " option is invalid; no checkpoint is whole"
        })
final class InspectCommand implements Callable<Integer> {
    private static final int MIN_WIDTH = 40;
    private static final int MAX_WIDTH = 1_000;

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "PATH",
            description = "The directory of a cache or of checkpoints, or a file of one.")
    private Path path;

    @Option(names = "--json", description = "Write JSON.")
    private boolean json;

    @Option(
            names = "--width",
            paramLabel = "COLUMNS",
            description = "The width of the text: 40 to 1000 (that of the terminal, otherwise 80).")
    private Integer width;

    @Override
    public Integer call() {
        if (width != null && (width < MIN_WIDTH || width > MAX_WIDTH)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--width must be between "
                            + MIN_WIDTH
                            + " and "
                            + MAX_WIDTH
                            + ": --width="
                            + width);
        }
        try {
            return !hasCache() && CheckpointInspector.isCheckpoint(path) ? checkpoints() : cache();
        } catch (NoSuchFileException e) {
            throw new ParameterException(
                    spec.commandLine(), "the file does not exist: " + e.getFile(), e);
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(), "the file cannot be read: " + path + ": " + e, e);
        }
    }

    private boolean hasCache() {
        return Files.exists(path.resolve("flagstone.cache"));
    }

    private int checkpoints() throws IOException {
        final List<CheckpointFileReport> reports = CheckpointInspector.inspect(path);
        print(
                json
                        ? InspectJson.render(reports)
                        : InspectReport.text(reports, System.currentTimeMillis(), columns()));
        if (reports.get(0).state() == CheckpointFileReport.State.WHOLE) {
            return 0;
        }
        return reports.stream().anyMatch(of -> of.state() == CheckpointFileReport.State.WHOLE)
                ? 1
                : 2;
    }

    private int cache() throws IOException {
        final CacheFileReport report = CacheFileInspector.inspect(path);
        print(
                json
                        ? InspectJson.render(report)
                        : InspectReport.text(report, System.currentTimeMillis(), columns()));
        return switch (report.state()) {
            case IN_USE, CLEAN -> 0;
            case UNCLEAN, OTHER_BOOT -> 1;
            case DAMAGED -> 2;
        };
    }

    private void print(String text) {
        final PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private int columns() {
        if (width != null) {
            return width;
        }
        return Terminal.isInteractive()
                ? Math.max(MIN_WIDTH, ScreenSize.ofTerminal(ScreenSize.DEFAULT).columns())
                : ScreenSize.DEFAULT.columns();
    }
}
