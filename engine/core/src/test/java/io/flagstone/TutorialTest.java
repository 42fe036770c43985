// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.DocPrograms;
import io.flagstone.testing.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The code of README and documentation compiles and prints the output on the page. */
class TutorialTest {
    private static final Path README = ProjectFiles.file("README.md");

    private static final List<String> PAGES =
            List.of(
                    "tutorial.md",
                    "user-guide.md",
                    "typed-cache.md",
                    "sbe.md",
                    "sizing.md",
                    "warm-restart.md",
                    "checkpoints.md",
                    "feed.md");

    /**
     * Pages tested by the modules whose libraries they use; {@code .ci/trial} tests the first
     * steps.
     */
    private static final List<String> TESTED_ELSEWHERE =
            List.of("chronicle-bytes.md", "jcache.md", "operations.md", "getting-started.md");

    @TempDir Path classes;
    private DocPrograms programs;

    @BeforeEach
    void open() {
        programs = new DocPrograms(classes);
    }

    @TestFactory
    Stream<DynamicContainer> everyProgramPrintsTheOutputOnItsPage() throws IOException {
        final List<DynamicContainer> pages = new ArrayList<>();
        for (final String page : PAGES) {
            pages.add(DynamicContainer.dynamicContainer(page, programs.tests(page)));
        }
        return pages.stream();
    }

    @Test
    void everyPageWithCodeIsTested() throws IOException {
        try (Stream<Path> pages = Files.list(ProjectFiles.file("docs"))) {
            assertThat(
                            pages.filter(TutorialTest::hasCode)
                                    .map(Path::getFileName)
                                    .map(Path::toString))
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.of(PAGES, TESTED_ELSEWHERE).flatMap(List::stream).toList());
        }
    }

    private static boolean hasCode(Path page) {
        try {
            return page.toString().endsWith(".md") && Files.readString(page).contains("```java");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A change of the tutorial's form must not leave less to check. */
    @Test
    void everySectionHasCodeAndOutput() throws IOException {
        assertThat(DocPrograms.programs("tutorial.md"))
                .hasSize(7)
                .allSatisfy(
                        program -> {
                            assertThat(program.body()).as(program.title()).contains("cache");
                            assertThat(program.output()).as(program.title()).isNotBlank();
                        });
        assertThat(DocPrograms.programs("typed-cache.md")).hasSize(5);
    }

    @Test
    void theReadmesQuickStartPrintsThePrice() throws Exception {
        final List<String> sources =
                DocPrograms.blocks(README).stream()
                        .filter(block -> "java".equals(block.language()))
                        .map(DocPrograms.Block::text)
                        .toList();
        assertThat(sources).hasSize(1);
        programs.compile("QuickStart", sources.get(0));
        assertThat(programs.run("prices.QuickStart")).isEqualTo("101.25\n");
    }

    /** README, getting started and tutorial all begin with the same library and project. */
    @Test
    void theStarterIsTheOneThatThePagesShow() throws IOException {
        final Path starter = ProjectFiles.file("docs", "starter");
        final Path page = ProjectFiles.file("docs", "getting-started.md");
        assertThat(Files.readString(starter.resolve("pom.xml")))
                .isEqualTo(first(DocPrograms.blocks(page), "xml"));
        assertThat(Files.readString(starter.resolve("src/main/java/prices/QuickStart.java")))
                .isEqualTo(
                        "// SPDX-License-Identifier: Apache-2.0\n"
                                + first(DocPrograms.blocks(README), "java"));
        final List<String> readme = commands(README);
        assertThat(readme).containsAll(commands(page).subList(0, 2));
        assertThat(commands(ProjectFiles.file("docs", "tutorial.md")).get(0).lines().findFirst())
                .as("how to compile")
                .isEqualTo(
                        readme.stream()
                                .filter(text -> text.startsWith("mvn -q compile dependency"))
                                .flatMap(String::lines)
                                .findFirst())
                .isEqualTo(commands(page).get(2).lines().findFirst());
    }

    private static String first(List<DocPrograms.Block> blocks, String language) {
        return blocks.stream()
                .filter(block -> language.equals(block.language()))
                .findFirst()
                .orElseThrow()
                .text();
    }

    private static List<String> commands(Path page) throws IOException {
        return DocPrograms.blocks(page).stream()
                .filter(block -> "sh".equals(block.language()))
                .map(DocPrograms.Block::text)
                .toList();
    }
}
