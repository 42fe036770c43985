// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.entry.EntryDescriptor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests order, number, spacing and lookup of the classes for every slab size. */
class SizeClassesTest {
    private static final int LOOKUP_LIMIT = 1 << 18;
    private static final double MAX_MEAN_LOSS = 0.06;

    static IntStream slabSizes() {
        return IntStream.rangeClosed(10, 24).map(shift -> 1 << shift);
    }

    @ParameterizedTest
    @MethodSource("slabSizes")
    void ascendInMultiplesOfEightUpToASlab(int slabBytes) {
        final SizeClasses classes = new SizeClasses(slabBytes);
        assertThat(classes.count()).isBetween(2, EntryDescriptor.MAX_SIZE_CLASSES);
        assertThat(classes.chunkBytes(0))
                .isGreaterThanOrEqualTo(SizeClasses.MIN_CHUNK_BYTES)
                .isLessThan(SizeClasses.MIN_CHUNK_BYTES + 16);
        for (int c = 1; c < classes.count(); c++) {
            assertThat(classes.chunkBytes(c)).isGreaterThan(classes.chunkBytes(c - 1));
            assertThat(classes.chunkBytes(c) % EntryDescriptor.ALIGNMENT).isZero();
            assertThat(slabBytes / classes.chunkBytes(c))
                    .as("every class cuts a slab into fewer chunks than the one before")
                    .isLessThan(slabBytes / classes.chunkBytes(c - 1));
        }
        assertThat(classes.chunkBytes(classes.count() - 1)).isEqualTo(slabBytes);
        assertThat(classes.slabBytes()).isEqualTo(slabBytes);
    }

    @ParameterizedTest
    @MethodSource("slabSizes")
    void findsSmallestClassThatFits(int slabBytes) {
        final SizeClasses classes = new SizeClasses(slabBytes);
        int expected = 0;
        for (int bytes = 1; bytes <= Math.min(slabBytes, LOOKUP_LIMIT); bytes++) {
            if (bytes > classes.chunkBytes(expected)) {
                expected++;
            }
            assertThat(classes.classFor(bytes)).as("%d bytes", bytes).isEqualTo(expected);
        }
        for (int c = 0; c < classes.count(); c++) {
            assertThat(classes.classFor(classes.chunkBytes(c))).isEqualTo(c);
            assertThat(classes.classFor(classes.chunkBytes(c) - 1)).isEqualTo(c);
            if (c + 1 < classes.count()) {
                assertThat(classes.classFor(classes.chunkBytes(c) + 1)).isEqualTo(c + 1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("slabSizes")
    void spillsIntoChunksUpToAnEighthLarger(int slabBytes) {
        final SizeClasses classes = new SizeClasses(slabBytes);
        for (int c = 0; c < classes.count(); c++) {
            final int limit = classes.spillLimit(c);
            final int most = classes.chunkBytes(c) + classes.chunkBytes(c) / 8;
            assertThat(classes.chunkBytes(limit)).isBetween(classes.chunkBytes(c), most);
            if (limit + 1 < classes.count()) {
                assertThat(classes.chunkBytes(limit + 1)).isGreaterThan(most);
            }
        }
    }

    @Test
    void sizesGrowByEightBytesUpTo192ThenByASixteenthUpTo768ThenByATenth() {
        final SizeClasses classes = new SizeClasses(SizeClasses.MAX_SLAB_BYTES);
        for (int bytes = SizeClasses.MIN_CHUNK_BYTES; bytes <= 192; bytes += 8) {
            assertThat(classes.chunkBytes(classes.classFor(bytes))).isEqualTo(bytes);
        }
        for (int c = classes.classFor(192); c < classes.count() - 2; c++) {
            assertThat((double) classes.chunkBytes(c + 1) / classes.chunkBytes(c))
                    .as("after %d bytes", classes.chunkBytes(c))
                    .isGreaterThanOrEqualTo(classes.chunkBytes(c) < 768 ? 1.04 : 1.095);
        }
        for (int bytes = 192; bytes <= 768; bytes += 8) {
            assertThat((double) classes.chunkBytes(classes.classFor(bytes)) / bytes)
                    .isLessThan(1.075);
        }
    }

    @ParameterizedTest
    @CsvSource({"4160, 16512, 4", "66048, 1056768, 16", "65536, 65537, 2", "8256, 8256, 1"})
    void entriesLargerThanASlabTakeRunsOfSlabs(int slabBytes, int maxEntryBytes, int longest) {
        final SizeClasses classes = new SizeClasses(slabBytes, maxEntryBytes);
        final int own = new SizeClasses(slabBytes).count();
        assertThat(classes.slabBytes()).isEqualTo(slabBytes);
        assertThat(classes.maxEntryBytes()).isEqualTo(maxEntryBytes);
        assertThat(classes.longestRun()).isEqualTo(longest);
        assertThat(classes.count())
                .isEqualTo(own + longest - 1)
                .isLessThanOrEqualTo(EntryDescriptor.MAX_SIZE_CLASSES);
        for (int c = 0; c < classes.count(); c++) {
            final int slabs = Math.max(1, c - own + 2);
            assertThat(classes.slabsPerChunk(c)).isEqualTo(slabs);
            assertThat(classes.chunksPerSlab(c))
                    .isEqualTo(Math.max(1, slabBytes / classes.chunkBytes(c)));
            if (slabs > 1) {
                assertThat(classes.chunkBytes(c)).isEqualTo(slabs * slabBytes);
                assertThat(classes.classFor((slabs - 1) * slabBytes + 1)).isEqualTo(c);
                assertThat(classes.classFor(slabs * slabBytes)).isEqualTo(c);
            }
        }
        assertThat(classes.chunkBytes(classes.classFor(maxEntryBytes)))
                .isGreaterThanOrEqualTo(maxEntryBytes);
    }

    @ParameterizedTest
    @MethodSource("slabSizes")
    void roundingLosesLittle(int slabBytes) {
        final SizeClasses classes = new SizeClasses(slabBytes);
        double loss = 0;
        int sizes = 0;
        for (int bytes = SizeClasses.MIN_CHUNK_BYTES; bytes <= slabBytes / 16; bytes++) {
            final double chunkBytes = classes.chunkBytes(classes.classFor(bytes));
            loss += (chunkBytes - bytes) / chunkBytes;
            sizes++;
        }
        assertThat(loss / sizes).isBetween(0.0, MAX_MEAN_LOSS);
    }
}
