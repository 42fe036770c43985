// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.testing.MarkdownTables;
import io.flagstone.testing.ProjectFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory layout page lists the code's size classes, and its worked example holds. */
class MemoryLayoutDocTest {
    private static final Path PAGE = ProjectFiles.file("docs", "memory-layout.md");

    @ParameterizedTest
    @ValueSource(ints = {1 << 13, 1 << 20})
    void theSizeClassesAreThoseOfTheCode(int slabBytes) throws Exception {
        final SizeClasses classes = new SizeClasses(slabBytes);
        final String list =
                IntStream.range(0, classes.count())
                        .mapToObj(i -> String.valueOf(classes.chunkBytes(i)))
                        .collect(Collectors.joining(" "));
        final String page = Files.readString(PAGE).replaceAll("\\s+", " ");
        assertThat(page).contains("``` " + list + " ```");
    }

    @Test
    void theWorkedExampleAgreesWithTheReport() throws Exception {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).segments(1).build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
            for (long key = 0; key < 20_000; key++) {
                cache.put(key, value, 0, 64);
            }
            MarkdownTables.assertShown(
                    cache.memoryReport(), MarkdownTables.rows(PAGE, "## A worked example"));
        }
    }
}
