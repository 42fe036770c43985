// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flagstone.bench.fork.Fork;
import io.flagstone.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** A report that is lost is exit status 2, with the reason and the option. */
@Tag("any-jdk")
class LostOutputTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "memory, --json /dev/full, --json: /dev/full cannot be written to: no space left on device",
        "replay, --html /dev/full, --html: /dev/full cannot be written to: no space left on device",
        "growth, --html /proc/page, --html: /proc cannot be written to",
    })
    void aFileThatCannotBeWrittenIsRefusedBeforeTheRun(
            String command, String option, String message) {
        assumeTrue(Files.exists(FULL), "not Linux");

        final Cli run = Cli.run((command + " " + option).split(" "));

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: " + message);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', '>/dev/full', the standard output cannot be written to: no space left on device",
        "--json -, '>/dev/full', --json -: the standard output cannot be written to: no space left",
        "'', '>&-', the standard output is closed",
    })
    void aLostStandardOutputIsRefusedBeforeTheRun(String option, String redirect, String message)
            throws Exception {
        assumeTrue(Files.exists(FULL), "not Linux");
        final Path err = directory.resolve("err");
        final String command = "exec " + java("compare --impl chm " + option) + " " + redirect;

        final Process process =
                new ProcessBuilder("sh", "-c", command).redirectError(err.toFile()).start();

        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(err)).startsWith("error: " + message);
        assertThat(process.exitValue()).isEqualTo(2);
    }

    @Test
    void aFileLostDuringTheRunIsNamedAndTheOtherOutputsAreWritten() throws IOException {
        final Path gone = Files.createDirectory(directory.resolve("gone"));
        final Path json = directory.resolve("json");
        final OutputOptions options = new OutputOptions();
        CommandLine.populateCommand(
                options, "--html", gone.resolve("page").toString(), "--json", json.toString());
        assertThat(options.problem()).isNull();
        Files.delete(gone);
        final StringWriter out = new StringWriter();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> options.write(command(out), new FixedReport()))
                .withMessage(
                        "--html: "
                                + gone.resolve("page")
                                + " not written: no such file or directory");

        assertThat(out.toString()).isEqualTo("text");
        assertThat(json).hasContent("{}");
    }

    @ParameterizedTest
    @CsvSource({"'', the standard output", "--json=-, --json -: the standard output"})
    void aStandardOutputLostDuringTheRunIsAnError(String option, String message) {
        final OutputOptions options = new OutputOptions();
        CommandLine.populateCommand(options, option.isEmpty() ? new String[0] : option.split(" "));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> options.write(command(new FullWriter()), new FixedReport()))
                .withMessageStartingWith(message + " could not be written to");
    }

    @Test
    void aBrokenPipeIsAnError() throws Exception {
        assumeTrue(Files.exists(FULL), "not Linux");
        final Path err = directory.resolve("err");
        final Path status = directory.resolve("status");
        final String command =
                "{ "
                        + java("memory --impl chm --entries 1000")
                        + "; echo $? >"
                        + status
                        + "; } | :";

        final Process process =
                new ProcessBuilder("sh", "-c", command).redirectError(err.toFile()).start();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readAllLines(err))
                .hasSize(2)
                .anyMatch(line -> line.startsWith("expected time: "))
                .contains("error: the standard output could not be written to: Broken pipe");
        assertThat(status).hasContent("2");
    }

    private static String java(String arguments) {
        return "'"
                + Fork.java()
                + "' -cp '"
                + System.getProperty("java.class.path")
                + "' "
                + Main.class.getName()
                + " "
                + arguments;
    }

    private static CommandLine command(Writer out) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(new StringWriter()));
    }

    private static final class FullWriter extends Writer {
        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            throw new IOException("full");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static final class FixedReport implements Report {
        @Override
        public void print(PrintWriter out) {
            out.print("text");
            out.flush();
        }

        @Override
        public String json() {
            return "{}";
        }

        @Override
        public String html() {
            return "<p>";
        }
    }
}
