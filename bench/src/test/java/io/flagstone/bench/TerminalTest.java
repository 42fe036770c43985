// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flagstone.bench.fork.Fork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs a command in a pseudo-terminal of 80 columns, which the tool {@code script} provides. */
@Tag("any-jdk")
class TerminalTest {
    private static final int COLUMNS = 80;

    @TempDir private Path directory;

    @Test
    void theTableIsCompleteAndNoProgressIsLeft() throws Exception {
        final String output = inTerminal("memory --impl flagstone,chm --entries 1000");

        assertThat(output).as("progress was shown").contains("chm 1000");
        final List<String> screen = Screen.after(output, COLUMNS);
        final int head = screen.indexOf("memory, 1,000 entries of 64 bytes");
        assertThat(screen).as(String.join("\n", screen)).element(head).isNotNull();
        assertThat(screen.subList(head, screen.size()))
                .anyMatch(line -> line.startsWith("  contender "))
                .anyMatch(line -> line.startsWith("  flagstone "))
                .anyMatch(line -> line.startsWith("  chm "));
        assertThat(screen).noneMatch(line -> line.contains("[=") || line.contains("% ["));
    }

    private String inTerminal(String arguments) throws IOException, InterruptedException {
        assumeTrue(hasScript(), "the tool script is not installed");
        final String java = Fork.java();
        final String command =
                "stty cols "
                        + COLUMNS
                        + "; '"
                        + java
                        + "' -cp '"
                        + System.getProperty("java.class.path")
                        + "' "
                        + Main.class.getName()
                        + " "
                        + arguments;
        final Path output = directory.resolve("output");
        final ProcessBuilder builder = new ProcessBuilder("script", "-qec", command, "/dev/null");
        builder.environment().put("TERM", "xterm");
        final Process script =
                builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(script.waitFor(2, TimeUnit.MINUTES)).as("the command ends").isTrue();
        } finally {
            script.destroyForcibly();
        }
        final String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(script.exitValue()).as(text).isZero();
        return text;
    }

    /** Returns whether there is a tool with the options of util-linux. */
    private static boolean hasScript() throws InterruptedException {
        try {
            final Process version =
                    new ProcessBuilder("script", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return version.waitFor() == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }
}
