package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.slab.SizeClasses;
import io.flagstone.testing.MarkdownTables;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The page on configuration names every parameter there is, and its example is what happens. */
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

    @Test
    void theWorkedExampleIsWhatTheReportSays() throws Exception {
        final Map<String, String> rows = MarkdownTables.rows(PAGE, "### A worked example");
        final long memoryBytes = MarkdownTables.number(rows.get("budgetBytes"));
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .maxEntries(1_000_000)
                        .segments(8)
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
            for (long key = 0; key < 1_200_000; key++) {
                cache.put(key, value, 0, 64);
            }
            final MemoryReport report = cache.memoryReport();
            assertThat(report.entries()).isEqualTo(1_000_000);
            assertThat(report.bookkeepingBytesPerEntry()).isBetween(47.675, 47.685);
            MarkdownTables.assertShown(report, rows);
        }
        try (OffHeapCache smaller =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes - 8)
                        .maxEntries(1_000_000)
                        .segments(8)
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
            for (long key = 0; key < 1_200_000; key++) {
                smaller.put(key, value, 0, 64);
            }
            assertThat(smaller.memoryReport().entries()).isLessThan(1_000_000);
        }
    }

    @Test
    void theNumbersOfSizeClassesAreThoseOfTheCode() throws IOException {
        final List<String> lines = Files.readAllLines(PAGE);
        final int row =
                IntStream.range(0, lines.size())
                        .filter(i -> lines.get(i).startsWith("| size classes |"))
                        .findFirst()
                        .orElseThrow();
        final String[] slabBytes = lines.get(row - 2).split("\\|");
        final String[] counts = lines.get(row).split("\\|");
        assertThat(counts).hasSameSizeAs(slabBytes);
        for (int i = 2; i < counts.length; i++) {
            final String[] size = slabBytes[i].trim().split(" ");
            final int shift = "KiB".equals(size[1]) ? 10 : 20;
            assertThat(new SizeClasses(Integer.parseInt(size[0]) << shift).count())
                    .as(slabBytes[i])
                    .isEqualTo(Integer.parseInt(counts[i].trim()));
        }
    }
}
