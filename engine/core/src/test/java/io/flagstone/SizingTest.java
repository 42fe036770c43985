// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.MemoryReport;
import io.flagstone.internal.segment.SegmentLayout;
import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The division of the memory at the defaults: largest value, bytes an entry, and waste. */
@Tag("any-jdk")
class SizingTest {
    private static final int[] PROCESSORS = {1, 2, 3, 16, 64, 192};

    private static SegmentLayout layout(long memoryBytes, int processors) {
        final Settings settings = new Settings();
        settings.set(Parameter.MEMORY_BYTES, memoryBytes);
        return new Sizing(settings, null, processors).layout();
    }

    private static int segments(long memoryBytes, int processors) {
        final Settings settings = new Settings();
        settings.set(Parameter.MEMORY_BYTES, memoryBytes);
        return new Sizing(settings, null, processors).segments();
    }

    @ParameterizedTest
    @CsvSource({
        "16384, 4160",
        "65536, 4160",
        "262144, 4160",
        "1048576, 16512",
        "1048575, 8256",
        "16777216, 264192",
        "67108863, 528384",
        "67108864, 1056768",
        "100000000, 1056768",
        "1073741824, 1056768",
        "68719476736, 1056768"
    })
    void theLargestEntryFollowsFromTheMemoryAlone(long memoryBytes, int maxEntryBytes) {
        for (final int processors : PROCESSORS) {
            final SegmentLayout layout = layout(memoryBytes, processors);
            assertThat(layout.classes().maxEntryBytes())
                    .as("%d processors", processors)
                    .isEqualTo(maxEntryBytes);
            assertThat(layout.slabs()).isGreaterThanOrEqualTo(layout.classes().longestRun());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1048576, 1, 1",
        "1048576, 64, 1",
        "4194304, 64, 4",
        "67108864, 2, 4",
        "67108864, 64, 4",
        "1073741824, 1, 4",
        "1073741824, 2, 8",
        "1073741824, 64, 64"
    })
    void aSegmentHasRoomForSixteenOfTheLargestValues(
            long memoryBytes, int processors, int segments) {
        assertThat(segments(memoryBytes, processors)).isEqualTo(segments);
    }

    @Test
    void aCacheOf64MebibytesTakesValuesOfOneMebibyte() {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[2 << 20]);
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 20).build()) {
            for (long key = 0; key < 200; key++) {
                value.putLong((1 << 20) - 8, key);
                cache.put(key, value, 0, 1 << 20);
                assertThat(cache.get(key, value, 0, 2 << 20)).isEqualTo(1 << 20);
                assertThat(value.getLong((1 << 20) - 8)).isEqualTo(key);
            }
            assertThat(cache.size()).isBetween(40L, 62L);
            assertThat(cache.configuration().setting("maxEntryBytes").value()).isEqualTo("1056768");
            assertThatThrownBy(() -> cache.put(1, value, 0, 1_056_768 - 47))
                    .isInstanceOf(EntryTooLargeException.class)
                    .hasMessageContaining("entry of 1056769 bytes")
                    .hasMessageContaining("largest entry of 1056768 bytes")
                    .hasMessageContaining("raise memoryBytes or slabBytes");
            TestSupport.assertClean(cache);
        }
    }

    /** Values of every size up to the largest push one another out. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valuesOfAllSizesShareASegment(boolean filtered) {
        final long seed = TestSupport.seed();
        final SplittableRandom random = new SplittableRandom(seed);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[64 << 10]);
        final UnsafeBuffer read = new UnsafeBuffer(new byte[64 << 10]);
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(4 << 20)
                        .segments(2)
                        .admissionFilter(filtered)
                        .build()) {
            long runs = 0;
            for (int i = 0; i < 60_000; i++) {
                final long key = random.nextInt(3_000);
                final int length = 8 + (int) ((64 << 10) * Math.pow(random.nextDouble(), 6) * 0.99);
                final int action = random.nextInt(10);
                if (action == 0) {
                    cache.remove(key);
                } else if (action < 6) {
                    value.putLong(0, key);
                    value.putLong(length - 8, key);
                    cache.put(key, value, 0, length, 1 + random.nextInt(1_000_000_000));
                    runs += length > 17_000 ? 1 : 0;
                } else {
                    final int found = cache.get(key, read, 0, 64 << 10);
                    if (found >= 0) {
                        assertThat(read.getLong(found - 8)).as("seed %d", seed).isEqualTo(key);
                    }
                }
                if (i % 2_000 == 0) {
                    TestSupport.assertClean(cache);
                }
            }
            assertThat(runs).isGreaterThan(1_000);
            assertThat(cache.statistics().slabReassignments()).isPositive();
            TestSupport.assertClean(cache);
        }
    }

    /** A run is not given to a smaller entry, and makes room for as many as fit. */
    @Test
    void smallEntriesTakeTheRoomOfLargeOnes() {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[1 << 20]);
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(16 << 20).segments(1).build()) {
            for (long key = 0; key < 200; key++) {
                cache.put(key, value, 0, 250_000);
            }
            for (long key = 1_000; key < 200_000; key++) {
                cache.put(key, value, 0, 64);
            }
            final MemoryReport report = cache.memoryReport();
            assertThat(report.entries()).isGreaterThan(100_000);
            TestSupport.assertClean(cache);
            for (long key = 0; key < 200; key++) {
                cache.put(key, value, 0, 250_000);
                assertThat(cache.get(key, value, 0, 1 << 20)).isEqualTo(250_000);
            }
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void noSmallEntryTakesARun() {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[1 << 20]);
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(16 << 20).segments(1).build()) {
            // The small ones are the oldest, so they have to give the slabs, which takes many
            // steps.
            for (long key = 1_000; key < 200_000; key++) {
                cache.put(key, value, 0, 64);
            }
            for (long key = 0; key < 30; key++) {
                cache.put(key, value, 0, 250_000);
            }
            long key = 200_000;
            for (int length = 200; length < 8_000; length += 200) {
                final long before = cache.memoryReport().roundingBytes();
                cache.put(key++, value, 0, length);
                assertThat(cache.memoryReport().roundingBytes())
                        .as("with the first value of %d bytes", length)
                        .isLessThan(before + 20_000);
            }
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void theSlabsFillASegment() {
        for (long memoryBytes = 8_704; memoryBytes < 1L << 32; memoryBytes += memoryBytes / 7) {
            final SegmentLayout layout = layout(memoryBytes, 2);
            if (layout.slabs() > 0) {
                assertThat(layout.unusedBytes())
                        .as("%d bytes: %s", memoryBytes, layout)
                        .isLessThanOrEqualTo(128L * layout.slabs() + 512);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 256})
    void bookkeepingAndRoundingTakeAtMost48BytesOfAnEntryWith64ByteValues(int mebibytes) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        final long memoryBytes = (long) mebibytes << 20;
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(memoryBytes).build()) {
            for (long key = 0; key < memoryBytes / 80; key++) {
                cache.put(key, value, 0, 64);
            }
            final MemoryReport report = cache.memoryReport();
            final double entries = report.entries();
            assertThat(report.bookkeepingBytesPerEntry() + report.roundingBytes() / entries)
                    .isLessThanOrEqualTo(48.0);
            assertThat(report.indexBytes() / entries).isLessThanOrEqualTo(7.7);
            final long payload = report.keyBytes() + report.valueBytes();
            assertThat((memoryBytes - payload) / entries).isLessThanOrEqualTo(49.0);
        }
    }
}
