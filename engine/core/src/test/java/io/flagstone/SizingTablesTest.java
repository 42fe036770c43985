// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeSample;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.testing.GeneratedTable;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/sizing.md that take long to compute. The test compares one row or cell of each
 * with the code. With {@code -Dflagstone.docs.update=true} it computes and writes the whole tables.
 */
@Tag("any-jdk")
class SizingTablesTest {
    private static final Path SIZING = ProjectFiles.file("docs", "sizing.md");
    private static final boolean UPDATE = Boolean.getBoolean("flagstone.docs.update");
    private static final int LARGEST = 16 << 10;
    private static final int SAMPLED = 10_000;
    private static final int MIB = 1 << 20;
    private static final int SMALL_SEGMENTS = 4;
    private static final int LARGE_SEGMENTS = 16;

    private static final int KEYS = 400_000;
    private static final int REQUESTS = 3_000_000;
    private static final double EXPONENT = 0.99;
    private static final int VALUE_BYTES = 64;
    private static final int LRU_ENTRY_BYTES = Long.BYTES + VALUE_BYTES + 48;
    private static final int[] MEMORY_MIB = {1, 4, 16};
    private static final int[] SEGMENTS = {1, 4, 8, 16, 64};

    /** Lengths of values. */
    private record Mix(String name, int memoryMib, ToIntFunction<SplittableRandom> lengths) {
        int next(SplittableRandom random) {
            return Math.min(LARGEST, lengths.applyAsInt(random));
        }
    }

    private static final Mix UNIFORM =
            new Mix("100 to 2 000 bytes, uniform", 64, r -> 100 + r.nextInt(1_901));

    private static List<Mix> mixes() {
        final ToIntFunction<SplittableRandom> pareto =
                r -> (int) (16 / Math.pow(1 - 0.998 * r.nextDouble(), 1.11));
        final ToIntFunction<SplittableRandom> logUniform =
                r -> (int) (16 * Math.pow(1_024, r.nextDouble()));
        return List.of(
                new Mix("64 bytes", 64, r -> 64),
                UNIFORM,
                new Mix("16 bytes to 16 KiB, Pareto, mean 142", 64, pareto),
                new Mix("16 bytes to 16 KiB, log-uniform", 64, logUniform),
                new Mix("16 bytes to 16 KiB, Pareto, mean 142", 512, pareto),
                new Mix("16 bytes to 16 KiB, log-uniform", 512, logUniform));
    }

    /** Writes values drawn from a mix until each byte has been written several times. */
    private static MemoryReport steady(Mix mix) {
        final SplittableRandom random = new SplittableRandom(1);
        final SizeSample sample = new SizeSample();
        while (sample.entries() < SAMPLED) {
            sample.add(Long.BYTES, mix.next(random));
        }
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes((long) mix.memoryMib() * MIB)
                        .sizeSample(sample)
                        .segments(mix.memoryMib() < 512 ? SMALL_SEGMENTS : LARGE_SEGMENTS)
                        .hashSeed(1)
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[LARGEST]);
            long written = 0;
            for (long key = 0; written < 4L * mix.memoryMib() * MIB; key++) {
                final int length = mix.next(random);
                cache.put(key, value, 0, length);
                written += EntryDescriptor.length(Long.BYTES, length);
            }
            TestSupport.assertClean(cache);
            return cache.memoryReport();
        }
    }

    private static List<String> row(Mix mix) {
        final MemoryReport report = steady(mix);
        final double budget = report.budgetBytes();
        final long headers = report.entries() * EntryDescriptor.HEADER_LENGTH;
        return List.of(
                mix.name(),
                mix.memoryMib() + " MiB",
                percent((headers + report.keyBytes() + report.valueBytes()) / budget),
                percent(report.indexBytes() / budget),
                percent(report.roundingBytes() / budget));
    }

    @Test
    void mixesOfValuesFillTheMemoryAsTheTableSays() throws IOException {
        if (UPDATE) {
            final List<List<String>> rows = new ArrayList<>();
            rows.add(
                    List.of("mix of values", "budget", "payload and headers", "index", "rounding"));
            mixes().forEach(mix -> rows.add(row(mix)));
            GeneratedTable.check(SIZING, "mixes", rows);
        } else {
            final List<String> row = row(UNIFORM);
            assertThat(GeneratedTable.row(SIZING, "mixes", UNIFORM.name())).isEqualTo(row);
        }
    }

    /** Draws the requests of the table of misses. */
    private static int[] requests() {
        final double[] upTo = new double[KEYS];
        double sum = 0;
        for (int i = 0; i < KEYS; i++) {
            sum += Math.pow(i + 1, -EXPONENT);
            upTo[i] = sum;
        }
        final SplittableRandom random = new SplittableRandom(1);
        final int[] requests = new int[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            final int found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            requests[i] = found < 0 ? ~found : found;
        }
        return requests;
    }

    private static String misses(int[] requests, int memoryMib, int segments) {
        int misses = 0;
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes((long) memoryMib * MIB)
                        .segments(segments)
                        .hashSeed(1)
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
            for (final int key : requests) {
                if (cache.get((long) key, value, 0) < 0) {
                    misses++;
                    cache.put((long) key, value, 0, VALUE_BYTES);
                }
            }
            TestSupport.assertClean(cache);
        }
        return hundredths(misses);
    }

    private static String missesOfLru(int[] requests, int memoryMib) {
        final int room = memoryMib * MIB / LRU_ENTRY_BYTES;
        final Map<Integer, Boolean> order = new LinkedHashMap<>(room, 0.75F, true);
        int misses = 0;
        for (final int key : requests) {
            if (order.get(key) == null) {
                misses++;
                order.put(key, true);
                if (order.size() > room) {
                    order.remove(order.keySet().iterator().next());
                }
            }
        }
        return hundredths(misses);
    }

    @Test
    void segmentsMissAsOftenAsTheTableSays() throws IOException {
        final int[] requests = requests();
        if (UPDATE) {
            final List<List<String>> rows = new ArrayList<>();
            final List<String> head = new ArrayList<>(List.of("memory"));
            Arrays.stream(SEGMENTS).forEach(n -> head.add(n == 1 ? "1 segment" : "" + n));
            head.add("exact LRU, 48 bytes an entry");
            rows.add(head);
            for (final int memory : MEMORY_MIB) {
                final List<String> row = new ArrayList<>(List.of(memory + " MiB"));
                Arrays.stream(SEGMENTS).forEach(n -> row.add(misses(requests, memory, n)));
                row.add(missesOfLru(requests, memory));
                rows.add(row);
            }
            GeneratedTable.check(SIZING, "misses", rows);
        } else {
            final String first = MEMORY_MIB[0] + " MiB";
            final List<String> shown = GeneratedTable.row(SIZING, "misses", first);
            assertThat(misses(requests, MEMORY_MIB[0], SEGMENTS[0])).isEqualTo(shown.get(1));
            assertThat(missesOfLru(requests, MEMORY_MIB[0])).isEqualTo(shown.get(shown.size() - 1));
        }
    }

    private static String hundredths(int misses) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * misses / REQUESTS);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
