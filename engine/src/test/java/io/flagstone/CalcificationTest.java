package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.MemoryReport;
import io.flagstone.testing.TestSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory follows the sizes that are written, a bounded number of evictions at a time. */
class CalcificationTest {
    private static final int MEMORY = 4 << 20;
    private static final int BUDGET = 16;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[2048]);
    private final OffHeapCache cache =
            OffHeapCache.builder()
                    .memoryBytes(MEMORY)
                    .segments(1)
                    .slabBytes(1 << 14)
                    .expectedEntryBytes(32)
                    .expiryBudget(BUDGET)
                    .build();
    private long nextKey;

    private void write(int valueLength, int bytes) {
        for (int written = 0; written < bytes; written += valueLength) {
            cache.put(nextKey++, value, 0, valueLength);
        }
    }

    @ParameterizedTest
    @CsvSource({"100, 1500", "1500, 100", "32, 2000", "2000, 32"})
    void aClassThatIsNoLongerWrittenGivesItsSlabsUp(int before, int after) {
        write(before, 2 * MEMORY);
        write(after, 3 * MEMORY);
        final MemoryReport report = cache.memoryReport();
        final long entryBytes = 48 + (after + 7 & ~7);
        final long slabBytes =
                report.budgetBytes()
                        - report.indexBytes()
                        - report.unusedBytes()
                        - (report.headerBytes() - 40 * report.entries());
        assertThat(report.entries() * entryBytes).isGreaterThan((long) (0.9 * slabBytes));
        assertThat(report.valueBytes()).isEqualTo(report.entries() * after);
        TestSupport.assertClean(cache);
        cache.close();
    }

    @Test
    void afterTheFirstOfASizeNoWriteEvictsMoreThanTheBudgetAndOne() {
        write(100, 2 * MEMORY);
        write(1500, 1);
        long evictions = cache.statistics().evictions();
        for (int i = 0; i < 10_000; i++) {
            write(1500, 1);
            final long now = cache.statistics().evictions();
            assertThat(now - evictions).isBetween(0L, BUDGET + 1L);
            evictions = now;
        }
        TestSupport.assertClean(cache);
        cache.close();
    }
}
