// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that classes for a sample waste little on it and cover all other sizes. */
class SlabPlanTest {
    private static final int HEADER = EntryDescriptor.HEADER_LENGTH;

    private final TreeMap<Integer, Long> sample = new TreeMap<>();
    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());

    /** Returns the part of all chunk bytes, with their share of the slabs' ends, that is wasted. */
    private double loss(SizeClasses classes) {
        double used = 0;
        double taken = 0;
        for (final Map.Entry<Integer, Long> size : sample.entrySet()) {
            final int length = HEADER + size.getKey();
            final int chunk = classes.chunkBytes(classes.classFor(length));
            final int perSlab = classes.slabBytes() / chunk;
            used += (double) length * size.getValue();
            taken += (double) classes.slabBytes() / perSlab * size.getValue();
        }
        return 1 - used / taken;
    }

    private void assertSound(SizeClasses classes) {
        assertThat(classes.count()).isBetween(1, EntryDescriptor.MAX_SIZE_CLASSES);
        assertThat(classes.chunkBytes(0))
                .isBetween(SizeClasses.MIN_CHUNK_BYTES, SizeClasses.MIN_CHUNK_BYTES + 8);
        assertThat(classes.slabBytes() % Region.CACHE_LINE).isZero();
        for (int c = 1; c < classes.count(); c++) {
            final int chunk = classes.chunkBytes(c);
            assertThat(chunk % EntryDescriptor.ALIGNMENT).isZero();
            assertThat(chunk)
                    .isBetween(classes.chunkBytes(c - 1) + 1, 5 * classes.chunkBytes(c - 1));
            assertThat(classes.spillLimit(c)).isBetween(c, classes.count() - 1);
            assertThat(classes.chunkBytes(classes.spillLimit(c)))
                    .isLessThanOrEqualTo(chunk * 9 / 8);
        }
        assertThat(classes.slabBytes())
                .as("room for twice the largest of the sample")
                .isGreaterThanOrEqualTo(
                        Math.min(1 << 24, 2 * (HEADER + sample.lastKey()) & -Region.CACHE_LINE));
    }

    @Test
    void losesAlmostNothingForOneSize() {
        for (int bytes = 8; bytes < 3_000; bytes += 31) {
            sample.clear();
            sample.put(bytes, 1_000L);
            final SizeClasses classes = SlabPlan.choose(sample, 16 << 20, 0);
            assertSound(classes);
            assertThat(loss(classes)).as("%d bytes", bytes).isLessThan(0.07 * 112 / bytes + 0.005);
        }
    }

    @Test
    void fitsPowersOfTwoWithHeaders() {
        sample.put(8 + (1 << 16), 900L);
        sample.put(8 + (1 << 12), 1_000L);
        final SizeClasses classes = SlabPlan.choose(sample, 128 << 20, 0);
        assertSound(classes);
        assertThat(loss(classes)).isLessThan(0.02);
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 22, 1 << 24, 1 << 27, 1 << 30})
    void losesLessThanSixPercentForManySizes(int regionBytes) {
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
    void keepsGivenSlabAndIgnoresLargerSizes() {
        sample.put(500, 100L);
        sample.put(5_000, 100L);
        final SizeClasses classes = SlabPlan.choose(sample, 1 << 20, 1 << 12);
        assertThat(classes.slabBytes()).isEqualTo(1 << 12);
        assertThat(classes.chunkBytes(classes.classFor(HEADER + 500))).isLessThan(600);
    }

    @Test
    void coversOtherSizesIfAllSampledAreTooLarge() {
        sample.put(5_000, 100L);
        final SizeClasses classes = SlabPlan.choose(sample, 1 << 20, 1 << 12);
        assertThat(classes.slabBytes()).isEqualTo(1 << 12);
        assertThat(classes.chunkBytes(0)).isLessThan(SizeClasses.MIN_CHUNK_BYTES + 8);
    }

    /** Returns the average cost of an entry by definition. A class ends at each set bit of ends. */
    private double cost(int slabBytes, int regionBytes, int ends) {
        final double entries = sample.values().stream().mapToLong(Long::longValue).sum();
        double mean = 0;
        for (final Map.Entry<Integer, Long> size : sample.entrySet()) {
            mean += (HEADER + size.getKey()) * (size.getValue() / entries);
        }
        double cost = 0;
        double share = 0;
        int number = 0;
        for (final Map.Entry<Integer, Long> size : sample.entrySet()) {
            share += size.getValue() / entries;
            if ((ends >>> number++ & 1) != 0) {
                final double chunk =
                        (double) (slabBytes + SlabDescriptor.SLAB_LENGTH)
                                / (slabBytes / (HEADER + size.getKey()));
                final double slabs = share * chunk / mean * regionBytes / slabBytes;
                cost += share * chunk;
                cost += Math.max(0.12, 1 - slabs) * slabBytes / regionBytes * mean;
                share = 0;
            }
        }
        // The slab in reserve.
        return cost + (double) slabBytes / regionBytes * mean;
    }

    @Test
    void choosesCheapestCut() {
        final int slabBytes = 1 << 12;
        int merged = 0;
        for (int round = 0; round < 500; round++) {
            final boolean withWholeSlabs = round % 2 == 0;
            sample.clear();
            // Sizes within a factor of four need no classes in between.
            int length = withWholeSlabs ? 1_032 : 208;
            while (length < (withWholeSlabs ? slabBytes / 2 : 800)) {
                sample.put(length - HEADER, 1 + (long) Math.pow(10, 5 * random.nextDouble()));
                length = (int) (length * (1.1 + random.nextDouble() / 2)) & -8;
            }
            if (withWholeSlabs) {
                sample.put(slabBytes - HEADER, 1_000L);
            }
            final int regionBytes = 1 << 16 + random.nextInt(10);
            final int last = 1 << sample.size() - 1;
            int best = last;
            for (int ends = last; ends < 2 * last; ends++) {
                if (cost(slabBytes, regionBytes, ends) < cost(slabBytes, regionBytes, best)) {
                    best = ends;
                }
            }
            merged += Integer.bitCount(2 * last - 1 & ~best);
            final SizeClasses classes = SlabPlan.choose(sample, regionBytes, slabBytes);
            final TreeSet<Integer> chunks = new TreeSet<>();
            int number = 0;
            for (final int bytes : sample.keySet()) {
                if ((best >>> number++ & 1) != 0) {
                    chunks.add(slabBytes / (slabBytes / (HEADER + bytes)) & -8);
                }
            }
            for (final int bytes : sample.keySet()) {
                assertThat(classes.chunkBytes(classes.classFor(HEADER + bytes)))
                        .as("seed %d: chunk for %d of %s", TestSupport.seed(), bytes, sample)
                        .isEqualTo(chunks.ceiling(HEADER + bytes));
            }
        }
        assertThat(merged).as("sizes that share a class with a larger one").isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 22, 18_700_000, 1 << 28, Region.MAX_BYTES})
    void choosesCheapestSlabOfUpTo64Entries(int regionBytes) {
        final int length = 1_000;
        sample.put(length - HEADER, 1L);
        final int most = Math.min(64 * length, regionBytes / 32);
        final int chosen = SlabPlan.choose(sample, regionBytes, 0).slabBytes();
        for (int slab = SlabPlan.MIN_AUTO_SLAB_BYTES; slab <= most; slab += Region.CACHE_LINE) {
            assertThat(cost(chosen, regionBytes, 1))
                    .as("slabs of %d bytes, chosen rather than %d", chosen, slab)
                    .isLessThanOrEqualTo(cost(slab, regionBytes, 1) + 1e-9);
        }
    }

    @Test
    void considersLargestAllowedSlab() {
        // A power of two, for a size that is not among those with the most bytes.
        for (int length = 56; length <= 104; length += 16) {
            sample.put(length - HEADER, 10_000L);
        }
        sample.put(2_048 - HEADER, 200L);
        sample.put(4_064 - HEADER, 1L);
        assertThat(SlabPlan.choose(sample, 32 * 8_192, 0).slabBytes()).isEqualTo(8_192);
        // A multiple of the size with the most bytes, despite other sizes.
        sample.remove(2_048 - HEADER);
        sample.remove(4_064 - HEADER);
        sample.put(2_000 - HEADER, 8_000L);
        for (int length = 3_360; length <= 3_960; length += 200) {
            sample.put(length - HEADER, 1L);
        }
        assertThat(SlabPlan.choose(sample, 32 * 8_000, 0).slabBytes()).isEqualTo(8_000);
    }

    @Test
    void gives112SizesTheirOwnClasses() {
        final int slabBytes = 1 << 19;
        int length = 640;
        for (int i = 0; i < 112; i++) {
            sample.put(length - HEADER, 1L);
            length = length + length / 64 + 8 & -8;
        }
        final SizeClasses classes = SlabPlan.choose(sample, Region.MAX_BYTES, slabBytes);
        final Set<Integer> own = new HashSet<>();
        for (final int bytes : sample.keySet()) {
            own.add(classes.classFor(HEADER + bytes));
        }
        assertThat(own).hasSize(112);
        assertThat(classes.count()).isLessThanOrEqualTo(EntryDescriptor.MAX_SIZE_CLASSES);
    }

    @Test
    void handlesLargestEntryAndSmallestRegion() {
        sample.put((1 << 24) - HEADER, 1L);
        sample.put(8, 1_000_000L);
        assertThat(SlabPlan.choose(sample, 1, 0).slabBytes()).isEqualTo(1 << 24);
        assertThat(SlabPlan.choose(sample, Region.MAX_BYTES, 0).slabBytes()).isEqualTo(1 << 24);
        assertThat(SlabPlan.largestLength(sample)).isEqualTo(1 << 24);
    }
}
