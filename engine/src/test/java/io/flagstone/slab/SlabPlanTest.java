package io.flagstone.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.entry.EntryDescriptor;
import io.flagstone.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes for a sample waste little of what it stands for, and have a place for anything else. */
class SlabPlanTest {
    private static final int HEADER = EntryDescriptor.HEADER_LENGTH;

    private final TreeMap<Integer, Long> sample = new TreeMap<>();
    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());

    /** The part of all chunk bytes, with their share of the slabs' ends, that is no entry. */
    private double loss(SizeClasses classes) {
        double used = 0;
        double taken = 0;
        for (final Map.Entry<Integer, Long> size : sample.entrySet()) {
            final int length = HEADER + size.getKey();
            final int chunk = classes.chunkBytes(classes.classFor(length));
            final int perSlab = classes.maxChunkBytes() / chunk;
            used += (double) length * size.getValue();
            taken += (double) classes.maxChunkBytes() / perSlab * size.getValue();
        }
        return 1 - used / taken;
    }

    private void assertSound(SizeClasses classes) {
        assertThat(classes.count()).isBetween(1, EntryDescriptor.MAX_SIZE_CLASSES);
        assertThat(classes.chunkBytes(0)).isGreaterThanOrEqualTo(SizeClasses.MIN_CHUNK_BYTES);
        assertThat(classes.maxChunkBytes() % Region.CACHE_LINE).isZero();
        for (int c = 1; c < classes.count(); c++) {
            final int chunk = classes.chunkBytes(c);
            assertThat(chunk % EntryDescriptor.ALIGNMENT).isZero();
            assertThat(chunk)
                    .isBetween(classes.chunkBytes(c - 1) + 1, 5 * classes.chunkBytes(c - 1));
            assertThat(classes.spillLimit(c)).isBetween(c, classes.count() - 1);
            assertThat(classes.chunkBytes(classes.spillLimit(c)))
                    .isLessThanOrEqualTo(chunk * 9 / 8);
        }
        assertThat(classes.maxChunkBytes())
                .as("room for twice the largest of the sample")
                .isGreaterThanOrEqualTo(
                        Math.min(1 << 24, 2 * (HEADER + sample.lastKey()) & -Region.CACHE_LINE));
    }

    @Test
    void entriesOfOneSizeLoseNextToNothing() {
        for (int bytes = 8; bytes < 3_000; bytes += 31) {
            sample.clear();
            sample.put(bytes, 1_000L);
            final SizeClasses classes = SlabPlan.choose(sample, 16 << 20, 0);
            assertSound(classes);
            assertThat(loss(classes)).as("%d bytes", bytes).isLessThan(0.07 * 112 / bytes + 0.005);
        }
    }

    @Test
    void valuesOfAPowerOfTwoWithTheirHeadersFitASlabWithoutRemainder() {
        sample.put(8 + (1 << 16), 900L);
        sample.put(8 + (1 << 12), 1_000L);
        final SizeClasses classes = SlabPlan.choose(sample, 128 << 20, 0);
        assertSound(classes);
        assertThat(loss(classes)).isLessThan(0.02);
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 22, 1 << 24, 1 << 27, 1 << 30})
    void ofManySizesLessThanSixPercentIsLost(int regionBytes) {
        for (int i = 0; i < 20_000; i++) {
            final int bytes = (int) (24 * Math.pow(400, Math.pow(random.nextDouble(), 2)));
            sample.merge(bytes, 1L, Long::sum);
        }
        final SizeClasses classes = SlabPlan.choose(sample, regionBytes, 0);
        assertSound(classes);
        assertThat(loss(classes))
                .as("seed %d, %d classes", TestSupport.seed(), classes.count())
                .isLessThan(regionBytes < 1 << 24 ? 0.08 : 0.06);
    }

    @Test
    void aGivenSlabIsKeptAndWhatIsLargerLeftOut() {
        sample.put(500, 100L);
        sample.put(5_000, 100L);
        final SizeClasses classes = SlabPlan.choose(sample, 1 << 20, 1 << 12);
        assertThat(classes.maxChunkBytes()).isEqualTo(1 << 12);
        assertThat(classes.chunkBytes(classes.classFor(HEADER + 500))).isLessThan(600);
    }

    @Test
    void theLargestEntryAndTheSmallestRegionDoNotConfuseIt() {
        sample.put((1 << 24) - HEADER, 1L);
        sample.put(8, 1_000_000L);
        assertThat(SlabPlan.choose(sample, 1, 0).maxChunkBytes()).isEqualTo(1 << 24);
        assertThat(SlabPlan.choose(sample, Region.MAX_BYTES, 0).maxChunkBytes()).isEqualTo(1 << 24);
        assertThat(SlabPlan.largestLength(sample)).isEqualTo(1 << 24);
    }
}
