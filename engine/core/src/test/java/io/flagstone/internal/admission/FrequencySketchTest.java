// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tests that counts are never too low up to their limit, rarely too high, and age. */
class FrequencySketchTest {
    private static final int START = 64;
    private static final int KEYS = 4_096;
    private static final int BLOCKS = FilterDescriptor.blocks(KEYS);

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final Region region = Region.allocate(START + (BLOCKS + 2) * Region.CACHE_LINE);
    private final FrequencySketch sketch = new FrequencySketch(START, BLOCKS);

    @Test
    void countsUpToFifteen() {
        for (int i = 1; i <= 40; i++) {
            sketch.increment(region, 7);
            assertThat(sketch.frequency(region, 7)).isEqualTo(Math.min(i, 15));
        }
        assertThat(sketch.frequency(region, 8)).isZero();
    }

    @Test
    void isNeverTooLowAndRarelyTooHigh() {
        final int[] hashes = random.ints(KEYS).toArray();
        final int[] counts = new int[KEYS];
        for (int i = 0; i < 4 * KEYS; i++) {
            final int key = (int) (KEYS * Math.pow(random.nextDouble(), 2));
            sketch.increment(region, hashes[key]);
            counts[key]++;
        }
        int tooHigh = 0;
        for (int key = 0; key < KEYS; key++) {
            final int count = Math.min(15, counts[key]);
            final int frequency = sketch.frequency(region, hashes[key]);
            assertThat(frequency).as("seed %d", TestSupport.seed()).isBetween(count, 15);
            tooHigh += frequency > count ? 1 : 0;
        }
        assertThat(tooHigh).as("seed %d", TestSupport.seed()).isLessThan(KEYS / 8);
    }

    @Test
    void agingHalvesOneBlock() {
        final int[] hashes = random.ints(KEYS).toArray();
        for (int i = 0; i < 12; i++) {
            for (final int hash : hashes) {
                sketch.increment(region, hash);
            }
        }
        final int[] before = new int[KEYS];
        for (int i = 0; i < KEYS; i++) {
            before[i] = sketch.frequency(region, hashes[i]);
        }
        int halved = 0;
        sketch.age(region, BLOCKS / 2);
        for (int i = 0; i < KEYS; i++) {
            final int now = sketch.frequency(region, hashes[i]);
            assertThat(now).isIn(before[i], before[i] / 2);
            halved += now < before[i] ? 1 : 0;
        }
        assertThat(halved).isBetween(1, KEYS / 16);
    }

    @Test
    void writesNothingOutsideItsBlocks() {
        for (int i = 0; i < 100_000; i++) {
            sketch.increment(region, random.nextInt());
        }
        for (int block = 0; block < BLOCKS; block++) {
            sketch.age(region, block);
        }
        for (int i = 0; i < START; i += Long.BYTES) {
            assertThat(region.getLong(i)).isZero();
            assertThat(region.getLong(START + BLOCKS * Region.CACHE_LINE + i)).isZero();
        }
    }
}
