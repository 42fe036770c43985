// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeSample;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.testing.MarkdownTables;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A cache agrees with the numbers and formulas of the sizing page. */
@Tag("any-jdk")
class SizingDocTest {
    private static final Path PAGE = ProjectFiles.file("docs", "sizing.md");
    private static final int LARGEST = 16 << 10;

    @Test
    void theWorkedExampleAgreesWithTheReport() throws Exception {
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
            assertThat(report.bookkeepingBytesPerEntry()).isBetween(47.72, 47.74);
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

    static Stream<Arguments> mixes() {
        return Stream.of(
                mix("log-uniform", r -> (int) (16 * Math.pow(1024, r.nextDouble())), 32 << 20),
                mix(
                        "Pareto",
                        r -> (int) (16 / Math.pow(1 - 0.998 * r.nextDouble(), 1.11)),
                        16 << 20),
                mix("uniform", r -> 100 + r.nextInt(1_900), 16 << 20),
                mix("constant", r -> 64, 16 << 20));
    }

    private static Arguments mix(
            String name, ToIntFunction<SplittableRandom> lengths, int memoryBytes) {
        return Arguments.of(name, lengths, memoryBytes);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mixes")
    void theFormulaForASampleHolds(
            String name, ToIntFunction<SplittableRandom> lengths, int roughly) throws IOException {
        assertThat(Files.readString(PAGE)).contains("memoryBytes = entries × (L + 8) / 0.9");
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        final SizeSample sample = new SizeSample();
        while (sample.entries() < 5_000) {
            sample.add(Long.BYTES, Math.min(LARGEST, lengths.applyAsInt(random)));
        }
        final double mean = 40 + sample.meanBytes();
        final int entries = (int) (roughly * 0.9 / (mean + 8));
        final long memoryBytes = (long) (entries * (mean + 8) / 0.9);
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(memoryBytes).sizeSample(sample).build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[LARGEST]);
            for (long key = 0; key < entries; key++) {
                cache.put(key, value, 0, Math.min(LARGEST, lengths.applyAsInt(random)));
            }
            assertThat(cache.size())
                    .as("seed %d, %s", TestSupport.seed(), name)
                    .isBetween((long) (0.98 * entries), (long) entries);
            for (long key = entries; key < 4L * entries; key++) {
                cache.put(key, value, 0, Math.min(LARGEST, lengths.applyAsInt(random)));
            }
            final MemoryReport report = cache.memoryReport();
            final long live = 40 * report.entries() + report.keyBytes() + report.valueBytes();
            assertThat((double) (live + report.indexBytes()) / memoryBytes)
                    .as("seed %d, %s, after further writes", TestSupport.seed(), name)
                    .isGreaterThan(0.9);
            TestSupport.assertClean(cache);
        }
    }
}
