// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.testing.JavaProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums and products of the largest possible terms are right, or refused. */
class LimitsTest {
    private static final int MOST = Integer.MAX_VALUE;

    @Test
    void anIndexForTooManyEntriesIsTheLargest() {
        assertThat(HashIndex.bucketsFor(Long.MAX_VALUE)).isEqualTo(MOST / HashIndex.BUCKET_LENGTH);
        assertThat(HashIndex.bucketsFor(Long.MAX_VALUE / 100 + 1))
                .isEqualTo(MOST / HashIndex.BUCKET_LENGTH);
        assertThat(HashIndex.capacity(MOST)).isEqualTo(MOST);
        assertThatThrownBy(() -> new HashIndex(null, 64, MOST / HashIndex.BUCKET_LENGTH))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void partsLargerThanARegionAreRefused() {
        assertThatThrownBy(() -> AdmissionFilter.length(MOST))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> SlabAllocator.tablesLength(MOST, 0))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> SlabAllocator.tablesLength(127, MOST))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void anEntryLengthDoesNotOverflow() {
        assertThat(EntryDescriptor.length(MOST, MOST)).isEqualTo(40L + (1L << 31) + MOST);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, Integer.MIN_VALUE + 40, -41, -1, 1 << 12, MOST})
    void aReferenceOutsideTheRegionIsDetected(int entry) {
        final Region region = Region.allocate(1 << 12);
        for (final int keyLength : new int[] {0, 8, EntryDescriptor.MAX_KEY_LENGTH, MOST}) {
            assertThat(EntryDescriptor.isWithin(region, entry, keyLength)).isFalse();
        }
        assertThat(EntryDescriptor.isWithin(region, region.capacity() - 48, 8)).isTrue();
        assertThat(EntryDescriptor.isWithin(region, region.capacity() - 47, 8)).isFalse();
        assertThat(EntryDescriptor.isWithin(region, 64, MOST)).isFalse();
    }

    @Test
    void aBatchGrowsToTheLargestArrayAndRefusesMore() {
        final int largest = MOST - 8;
        assertThat(KeyBatch.grown(256, 200, 100)).isEqualTo(512);
        assertThat(KeyBatch.grown(256, 200, 60_000)).isEqualTo(60_200);
        assertThat(KeyBatch.grown(1 << 30, 1 << 30, 1)).isEqualTo(largest);
        assertThat(KeyBatch.grown(largest - 1, largest - 1, 1)).isEqualTo(largest);
        assertThatThrownBy(() -> KeyBatch.grown(largest, largest, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("keyBytes=2147483640", "at most " + largest);
        assertThatThrownBy(() -> KeyBatch.grown(largest, largest, MOST))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aKeyThatRunsOutOfMemoryIsNotInTheBatch(@TempDir Path directory) throws Exception {
        final JavaProcess process =
                JavaProcess.run(
                        directory,
                        Map.of(),
                        List.of(
                                "-Xmx32m",
                                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LimitsTest.class.getName()));
        assertThat(process.status()).as(process.err()).isZero();
        assertThat(process.out()).contains("whole after running out of memory");
    }

    /** Fills a batch until the heap is full. */
    public static void main(String[] args) {
        final MultiGet batch = new MultiGet(1 << 10);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[EntryDescriptor.MAX_KEY_LENGTH]);
        int added = 0;
        try {
            while (true) {
                key.putInt(0, added);
                batch.add(key, 0, key.capacity());
                added++;
            }
        } catch (final OutOfMemoryError e) {
            assertThat(batch.size()).isEqualTo(added).isPositive();
        }
        assertThat(batch.add(42)).isEqualTo(added);
        assertThat(batch.size()).isEqualTo(added + 1);
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(4 << 20).slabBytes(1 << 17).build()) {
            key.putInt(0, 0);
            cache.put(key, 0, key.capacity(), new UnsafeBuffer(new byte[3]), 0, 3);
            cache.put(42, new UnsafeBuffer(new byte[5]), 0, 5);
            assertThat(cache.get(batch, new UnsafeBuffer(new byte[64]), 0)).isEqualTo(2);
            assertThat(batch.length(0)).isEqualTo(3);
            assertThat(batch.length(added)).isEqualTo(5);
        }
        System.out.println("whole after running out of memory");
    }
}
