// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An entry costs at most 48 bytes of bookkeeping, and the memory report covers every byte. */
@Tag("any-jdk")
class BookkeepingTest {
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[2048]);

    private static long sumOfParts(MemoryReport report) {
        return report.indexBytes()
                + report.headerBytes()
                + report.keyBytes()
                + report.valueBytes()
                + report.roundingBytes()
                + report.freeChunkBytes()
                + report.freeSlabBytes()
                + report.unusedBytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void anEntryCostsAtMost48BytesIndexIncluded(int segments) {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(128 << 20)
                        .maxEntries(1_000_000)
                        .segments(segments)
                        .build()) {
            for (long key = 0; key < 1_200_000; key++) {
                cache.put(key, value, 0, 64);
            }
            final MemoryReport report = cache.memoryReport();
            assertThat(report.entries()).isEqualTo(1_000_000);
            assertThat(report.keyBytes()).isEqualTo(8_000_000);
            assertThat(report.valueBytes()).isEqualTo(64_000_000);
            assertThat(report.roundingBytes()).isZero();
            assertThat(report.bookkeepingBytesPerEntry()).isLessThanOrEqualTo(48.0);
            assertThat(sumOfParts(report)).isEqualTo(report.budgetBytes());
            TestSupport.assertClean(cache);
        }
    }

    /** Here the budget is the bound, and the index follows from the expected entry size. */
    @Test
    void theBudgetIsSpentOnEntries() {
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(128 << 20).expectedEntryBytes(72).build()) {
            for (long key = 0; key < 1_300_000; key++) {
                cache.put(key, value, 0, 64);
            }
            final MemoryReport report = cache.memoryReport();
            assertThat(report.bookkeepingBytesPerEntry()).isLessThanOrEqualTo(48.0);
            final double promised = (128 << 20) / (72.0 + 48.0);
            assertThat(report.entries()).isGreaterThan((long) (0.93 * promised));
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void theReportCoversEveryByte() {
        final long seed = TestSupport.seed();
        final SplittableRandom random = new SplittableRandom(seed);
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(1_000_003).slabBytes(4096).build()) {
            assertThat(sumOfParts(cache.memoryReport())).isEqualTo(1_000_003);
            for (int i = 0; i < 100_000; i++) {
                final long key = random.nextInt(3000);
                if (random.nextInt(4) == 0) {
                    cache.remove(key);
                } else {
                    cache.put(key, value, 0, random.nextInt(2048));
                }
                if (i % 1000 == 0) {
                    final MemoryReport report = cache.memoryReport();
                    assertThat(sumOfParts(report)).as("seed %d", seed).isEqualTo(1_000_003);
                    assertThat(report.roundingBytes()).isNotNegative();
                    assertThat(report.freeChunkBytes()).isNotNegative();
                }
            }
            TestSupport.assertClean(cache);
        }
    }
}
