package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.MarkdownTables;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page on configuration names every parameter there is. */
class ConfigurationDocTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void everyParameterIsInTheTableAndNoOther() throws IOException {
        final List<String> setters =
                Arrays.stream(CacheBuilder.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == CacheBuilder.class)
                        .map(Method::getName)
                        .collect(Collectors.toList());
        assertThat(MarkdownTables.rows(PAGE, "## Parameters").keySet())
                .containsExactlyInAnyOrderElementsOf(setters);
    }
}
