// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.testing.GeneratedTable;
import io.flagstone.testing.MarkdownTables;
import io.flagstone.testing.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figures of the documentation that depend on no machine are those of the code. */
@Tag("any-jdk")
class DocTablesTest {
    private static final Path README = ProjectFiles.file("README.md");
    private static final Path SIZING = ProjectFiles.file("docs", "sizing.md");
    private static final long BUDGET_BYTES = 128L << 20;

    /** The default on two processors. */
    private static final int SEGMENTS = 8;

    private static final int[] README_VALUES = {64, 100, 1_000};
    private static final int[] SIZING_VALUES = {8, 16, 64, 100, 256, 1_000, 4_000, 10_000};
    private static final int[] SLAB_KIB = {1, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 16_384};

    private final Map<Integer, MemoryReport> reports = new TreeMap<>();

    @Test
    void fullCachesNeedTheBytesInTheTables() throws IOException {
        final List<String> head = new ArrayList<>(List.of("value"));
        final List<String> row = new ArrayList<>(List.of("in addition"));
        for (final int valueBytes : README_VALUES) {
            head.add(grouped(valueBytes) + " bytes");
            row.add(figure(inAddition(valueBytes)) + " bytes");
        }
        GeneratedTable.check(README, "in-addition", List.of(head, row));

        final List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "bytes of a value",
                        "header and fixed parts",
                        "index",
                        "rounding",
                        "free and unused",
                        "in addition to key and value"));
        for (final int valueBytes : SIZING_VALUES) {
            final MemoryReport report = full(valueBytes);
            rows.add(
                    Stream.concat(
                                    Stream.of(grouped(valueBytes)),
                                    Stream.of(
                                                    report.headerBytes(),
                                                    report.indexBytes(),
                                                    report.roundingBytes(),
                                                    report.freeChunkBytes()
                                                            + report.freeSlabBytes()
                                                            + report.unusedBytes(),
                                                    report.budgetBytes()
                                                            - report.keyBytes()
                                                            - report.valueBytes())
                                            .map(
                                                    bytes ->
                                                            figure(
                                                                    (double) bytes
                                                                            / report.entries())))
                            .toList());
        }
        GeneratedTable.check(SIZING, "full-cache", rows);
    }

    @Test
    void slabsHaveTheNumbersOfSizeClassesInTheTable() throws IOException {
        final List<String> head = new ArrayList<>(List.of("slabBytes"));
        final List<String> row = new ArrayList<>(List.of("size classes"));
        for (final int kib : SLAB_KIB) {
            head.add(kib < 1_024 ? kib + " KiB" : kib / 1_024 + " MiB");
            row.add("" + new SizeClasses(kib << 10).count());
        }
        GeneratedTable.check(SIZING, "size-classes", List.of(head, row));
    }

    /** Numbers in sentences are not written by the test. */
    @Test
    void sentencesHaveTheNumbersOfTheCode() throws IOException {
        final String header = EntryDescriptor.HEADER_LENGTH + "-byte header";
        final int many = 1 << 20;
        final double load = (double) many / HashIndex.bucketsFor(many);
        final double index = HashIndex.BUCKET_LENGTH / load;
        final String worked =
                MarkdownTables.rows(SIZING, "### A worked example").get("budgetBytes");
        assertThat(Files.readString(README))
                .contains(header + ", " + figure(index) + " bytes of index")
                .contains("a " + header + ", the key and the value");
        assertThat(Files.readString(SIZING))
                .contains(EntryDescriptor.HEADER_LENGTH + " (header) + key")
                .contains(
                        String.format(
                                Locale.ROOT,
                                "%d / %.1f = %.2f bytes",
                                HashIndex.BUCKET_LENGTH,
                                load,
                                index));
        final double each = bookkeeping(MarkdownTables.number(worked));
        assertThat(Files.readString(README).replace('\n', ' '))
                .contains(
                        "A million entries with 8-byte keys and 64-byte values cost "
                                + figure(each)
                                + " bytes each");
    }

    private static double bookkeeping(long memoryBytes) {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .maxEntries(1_000_000)
                        .segments(SEGMENTS)
                        .hashSeed(1)
                        .build()) {
            fill(cache, 64, 1_200_000);
            return cache.memoryReport().bookkeepingBytesPerEntry();
        }
    }

    private double inAddition(int valueBytes) {
        final MemoryReport report = full(valueBytes);
        return (double) (report.budgetBytes() - report.keyBytes() - report.valueBytes())
                / report.entries();
    }

    /** Fills a cache with default settings until it evicts. */
    private MemoryReport full(int valueBytes) {
        return reports.computeIfAbsent(
                valueBytes,
                absent -> {
                    try (OffHeapCache cache =
                            OffHeapCache.builder()
                                    .memoryBytes(BUDGET_BYTES)
                                    .segments(SEGMENTS)
                                    .hashSeed(1)
                                    .build()) {
                        fill(cache, valueBytes, 3 * BUDGET_BYTES / (2L * valueBytes + 112));
                        assertThat(cache.statistics().evictions()).isPositive();
                        return cache.memoryReport();
                    }
                });
    }

    private static void fill(OffHeapCache cache, int valueBytes, long entries) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        for (long key = 0; key < entries; key++) {
            cache.put(key, value, 0, valueBytes);
        }
    }

    /** Formats at least three digits. */
    private static String figure(double value) {
        return value < 99.95
                ? String.format(Locale.ROOT, "%.1f", value)
                : grouped((int) Math.round(value));
    }

    private static String grouped(int value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', ' ');
    }
}
