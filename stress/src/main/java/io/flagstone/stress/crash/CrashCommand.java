// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.stress.cluster.ClusterCommand;
import io.flagstone.stress.soak.SoakCommand;
import io.flagstone.stress.soak.Violation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.agrona.IoUtil;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The main class of the soak's jar. With {@code --crash} it kills processes that use a cache with a
 * directory. With {@code --cluster} it runs {@link ClusterCommand}, and otherwise {@link
 * SoakCommand}.
 */
@Command(
        name = "flagstone-soak --crash",
        mixinStandardHelpOptions = true,
        description =
                "Kills processes at random moments while they use a cache with a directory, opens"
                        + " the cache again, and compares it with everything that had returned.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no violation", "1:a violation, which is printed", "2:an invalid option"})
public final class CrashCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private CrashOptions options;

    private CrashCommand() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param args the command line.
     */
    public static void main(String[] args) {
        if (List.of(args).contains("--crash")) {
            System.exit(commandLine().execute(args));
        }
        if (List.of(args).contains("--cluster")) {
            ClusterCommand.main(args);
        }
        SoakCommand.main(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new CrashCommand())
                .setParameterExceptionHandler(SoakCommand::printError);
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        final CommandLine line = spec.commandLine();
        final String problem = options.problem();
        if (problem != null) {
            throw new ParameterException(line, problem);
        }
        final boolean temporary = options.directory() == null;
        final Path directory =
                temporary
                        ? Files.createTempDirectory("flagstone-crash")
                        : Files.createDirectories(Path.of(options.directory()));
        final CrashReport report = new CrashReport(options, line.getOut());
        String violation = null;
        try (CrashSoak soak = new CrashSoak(options, directory, report)) {
            soak.run();
        } catch (final Violation found) {
            violation = found.getMessage();
        }
        report.print();
        if (options.json() != null) {
            report.writeJson(Path.of(options.json()), violation);
        }
        if (violation == null) {
            if (temporary) {
                IoUtil.delete(directory.toFile(), true);
            }
            return 0;
        }
        final PrintWriter err = line.getErr();
        err.println("VIOLATION: " + violation);
        err.println("  seed      " + options.seed());
        err.println("  repeat    " + options.commandLine());
        err.println("  files     " + directory);
        err.flush();
        return 1;
    }
}
