// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir private Path directory;

    @Test
    void replacesAFileAndLeavesNoOtherFile() throws IOException {
        final Path file = Files.writeString(directory.resolve("r"), "old and longer");

        OutputFile.write(file, "new");

        assertThat(file).hasContent("new");
        assertThat(files()).containsExactly(file);
    }

    @Test
    void followsALink() throws IOException {
        final Path file = Files.writeString(directory.resolve("r"), "old");
        final Path link = Files.createSymbolicLink(directory.resolve("link"), file);

        OutputFile.write(link, "new");

        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
    }

    @Test
    void leavesNoFileIfWritingFails() throws IOException {
        final Path occupied = Files.createDirectory(directory.resolve("d"));
        Files.writeString(occupied.resolve("x"), "x");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> OutputFile.write(occupied, "new"));

        assertThat(files()).containsExactly(occupied);
    }

    @Test
    void namesTheObstacle() throws IOException {
        final Path file = Files.writeString(directory.resolve("r"), "old");

        assertThat(OutputFile.obstacle(file)).isNull();
        assertThat(OutputFile.obstacle(directory.resolve("new"))).isNull();
        assertThat(OutputFile.obstacle(directory)).isEqualTo(directory + " is a directory");
        assertThat(OutputFile.obstacle(directory.resolve("no/r")))
                .isEqualTo(directory.resolve("no") + " is not a directory");
        assertThat(OutputFile.obstacle(file.resolve("r"))).isEqualTo(file + " is not a directory");
    }

    private Path[] files() throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.toArray(Path[]::new);
        }
    }
}
