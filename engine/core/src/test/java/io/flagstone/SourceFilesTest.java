// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rules about the source files of all modules. */
@Tag("any-jdk")
class SourceFilesTest {
    private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0";
    private static final int MAX_LINES = 620;

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ProjectFiles.file())) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyFileBeginsWithItsLicence() throws IOException {
        assertThat(sources())
                .hasSizeGreaterThan(400)
                .allSatisfy(file -> assertThat(lines(file).get(0)).isEqualTo(LICENCE));
    }

    /** "Who …" and "What …" leave the reader to look for the subject. */
    @Test
    void noCommentBeginsWithoutItsSubject() throws IOException {
        final Pattern headless = Pattern.compile("\\s*(//|/?\\*\\*?) (Who|What) .*");
        assertThat(" * What it costs.").matches(headless);
        assertThat(sources())
                .allSatisfy(
                        file ->
                                assertThat(lines(file))
                                        .noneMatch(line -> headless.matcher(line).matches()));
    }

    @Test
    void noFileOfMainCodeIsTooLong() throws IOException {
        assertThat(sources())
                .filteredOn(file -> file.toString().contains("/src/main/"))
                .hasSizeGreaterThan(250)
                .allSatisfy(file -> assertThat(lines(file)).hasSizeLessThan(MAX_LINES));
    }
}
