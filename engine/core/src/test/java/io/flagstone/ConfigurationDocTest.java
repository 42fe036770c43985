// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.MarkdownTables;
import io.flagstone.testing.ProjectFiles;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The configuration page lists every parameter as the code has it. */
class ConfigurationDocTest {
    private static final Path PAGE = ProjectFiles.file("docs", "configuration.md");

    @Test
    void theTableListsExactlyTheParameters() throws IOException {
        final List<String> setters =
                Arrays.stream(CacheBuilder.class.getDeclaredMethods())
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == CacheBuilder.class)
                        .filter(method -> method.getParameterCount() == 1)
                        .map(Method::getName)
                        // Another name of removalHandler.
                        .filter(name -> !name.equals("removalListener"))
                        .collect(Collectors.toList());
        final List<String> parameters =
                Arrays.stream(Parameter.values()).map(parameter -> parameter.title).toList();
        assertThat(parameters).containsExactlyInAnyOrderElementsOf(setters);
        assertThat(MarkdownTables.cells(PAGE, "## Parameters").keySet())
                .containsExactlyElementsOf(parameters);
    }

    /** The page has words for limits and defaults that are not numbers, and for some that are. */
    @ParameterizedTest
    @EnumSource
    void unitDefaultAndLimitsAreThoseOfTheCode(Parameter parameter) throws IOException {
        final List<String> cells = MarkdownTables.cells(PAGE, "## Parameters").get(parameter.title);
        assertThat(cells.get(0).replace("`", "")).as("unit").startsWith(parameter.unit);
        final String byDefault = cells.get(1).replace(" ", "");
        if (parameter.byDefault instanceof Boolean yes) {
            assertThat(byDefault).isEqualTo(yes ? "yes" : "no");
        } else if (parameter.byDefault != null && !parameter.byDefault.equals(Long.MAX_VALUE)) {
            assertThat(byDefault).as("default").startsWith(parameter.byDefault.toString());
        }
        if (parameter.least != null) {
            final String limits = cells.get(2).replace(" ", "");
            for (final Number limit : List.of(parameter.least, parameter.most)) {
                if (Math.abs(limit.doubleValue()) < Long.MAX_VALUE
                        && !limits.matches(".*(positive|atleast|from|any).*")) {
                    assertThat(limits).as("limits").contains(limit.toString());
                }
            }
        }
    }
}
