// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;
import io.flagstone.testing.TestSupport;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Tests the layout of a bucket: the match of tags by words, marks, counts and cells. */
class BucketDescriptorTest {
    /** The offset of the word with marks and counts. */
    private static final int COUNTS = 20;

    private static final int BUCKET = BucketDescriptor.LENGTH;
    private static final int[] CRITICAL = {0, 1, 2, 0x7FFF, 0x8000, 0x8001, 0xFFFE, 0xFFFF};

    private final Region region = Region.allocate(4 * BUCKET);
    private final Regions regions = new Regions(new Region[] {region});
    private final Random random = new Random(TestSupport.seed());

    @Test
    void leadsByTheCountOfTheBucketsKind() {
        final long bucket = regions.address(0) + BUCKET;
        assertThat(BucketDescriptor.leads(bucket, true, 2)).isFalse();
        assertThat(BucketDescriptor.leads(bucket, false, 2)).isFalse();
        BucketDescriptor.addOut(region, BUCKET, 2, 1);
        assertThat(BucketDescriptor.leads(bucket, true, 4)).isTrue();
        assertThat(BucketDescriptor.leads(bucket, true, 3)).as("an odd tag").isFalse();
        assertThat(BucketDescriptor.leads(bucket, false, 2)).isFalse();
        BucketDescriptor.addOut(region, BUCKET, 4, -1);
        BucketDescriptor.addPassed(region, BUCKET, 1);
        assertThat(BucketDescriptor.leads(bucket, true, 2)).isFalse();
        assertThat(BucketDescriptor.leads(bucket, true, 3)).isFalse();
        assertThat(BucketDescriptor.leads(bucket, false, 2)).isTrue();
    }

    @Test
    void bucketIsOneCacheLine() {
        assertThat(BucketDescriptor.LENGTH).isEqualTo(Region.CACHE_LINE);
    }

    @Test
    void matchesTagInEverySlot() {
        for (final int neighbour : CRITICAL) {
            for (final int tag : CRITICAL) {
                for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                    for (int other = 0; other < BucketDescriptor.SLOTS; other++) {
                        BucketDescriptor.tag(region, BUCKET, other, neighbour);
                    }
                    BucketDescriptor.tag(region, BUCKET, slot, tag);
                    for (final int wanted : CRITICAL) {
                        assertMatches(wanted);
                    }
                }
            }
        }
    }

    @Test
    void matchesRandomTags() {
        for (int round = 0; round < 50_000; round++) {
            for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                BucketDescriptor.tag(region, BUCKET, slot, randomTag());
            }
            region.putInt(BUCKET + COUNTS, randomTag() << 16 | randomTag());
            assertMatches(randomTag());
        }
    }

    @Test
    void marksAndCountsDoNotMatchAsTags() {
        for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
            BucketDescriptor.tag(region, BUCKET, slot, 0x1234);
        }
        for (final int word : CRITICAL) {
            region.putInt(BUCKET + COUNTS, word);
            assertThat(BucketDescriptor.match(region, BUCKET, word & 0xFFFF)).isZero();
            assertThat(BucketDescriptor.match(region, BUCKET, word >>> 16)).isZero();
        }
    }

    @Test
    void marksAndCountsAreIndependent() {
        for (int slot = 0; slot < BucketDescriptor.SLOTS; slot += 2) {
            BucketDescriptor.markGuest(region, BUCKET, slot);
            BucketDescriptor.markStray(region, BUCKET, slot + 1);
        }
        BucketDescriptor.addOut(region, BUCKET, 2, 5);
        BucketDescriptor.addOut(region, BUCKET, 3, 9);
        BucketDescriptor.addPassed(region, BUCKET, 7);
        BucketDescriptor.addOut(region, BUCKET, 4, -1);
        BucketDescriptor.clear(region, BUCKET, 8);
        BucketDescriptor.clear(region, BUCKET, 1);
        assertThat(BucketDescriptor.guests(region, BUCKET)).isEqualTo(0b00_0101_0101);
        assertThat(BucketDescriptor.strays(region, BUCKET)).isEqualTo(0b10_1010_1000);
        assertThat(BucketDescriptor.natives(region, BUCKET)).isEqualTo(0b01_0000_0010);
        assertThat(BucketDescriptor.out(region, BUCKET, 2)).isEqualTo(4);
        assertThat(BucketDescriptor.out(region, BUCKET, 3)).isEqualTo(9);
        assertThat(BucketDescriptor.passed(region, BUCKET)).isEqualTo(7);
    }

    @Test
    void countAtMaximumStays() {
        for (int i = 0; i <= BucketDescriptor.MAX_OUT; i++) {
            BucketDescriptor.addOut(region, BUCKET, 2, 1);
            BucketDescriptor.addOut(region, BUCKET, 3, 1);
            BucketDescriptor.addPassed(region, BUCKET, 1);
        }
        BucketDescriptor.addOut(region, BUCKET, 2, -1);
        BucketDescriptor.addOut(region, BUCKET, 3, -1);
        BucketDescriptor.addPassed(region, BUCKET, -1);
        assertThat(BucketDescriptor.out(region, BUCKET, 2)).isEqualTo(BucketDescriptor.MAX_OUT);
        assertThat(BucketDescriptor.out(region, BUCKET, 3)).isEqualTo(BucketDescriptor.MAX_OUT);
        assertThat(BucketDescriptor.passed(region, BUCKET)).isEqualTo(BucketDescriptor.MAX_PASSED);
        assertThat(BucketDescriptor.natives(region, BUCKET)).isEqualTo(0x3FF);
    }

    @Test
    void everySlotHasItsOwnCell() {
        final TreeSet<Integer> cells = new TreeSet<>();
        for (int bucket = BUCKET; bucket <= 2 * BUCKET; bucket += BUCKET) {
            for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                final int cell = BucketDescriptor.cell(bucket, slot);
                cells.add(cell);
                assertThat(BucketDescriptor.bucketOf(cell)).isEqualTo(bucket);
                assertThat(BucketDescriptor.slotOf(cell)).isEqualTo(slot);
                region.putInt(cell, -1);
                BucketDescriptor.tag(region, bucket, slot, slot + 1);
            }
            for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
                assertThat(BucketDescriptor.tag(region, bucket, slot)).isEqualTo(slot + 1);
            }
            assertThat(BucketDescriptor.out(region, bucket, 0)).isZero();
            assertThat(BucketDescriptor.out(region, bucket, 1)).isZero();
        }
        assertThat(cells).hasSize(2 * BucketDescriptor.SLOTS);
        assertThat(cells.last() + Integer.BYTES).isEqualTo(3 * BUCKET);
    }

    private int randomTag() {
        return random.nextBoolean()
                ? CRITICAL[random.nextInt(CRITICAL.length)]
                : random.nextInt(1 << 16);
    }

    /** Every match is in the mask, its lowest bit is one, and a false one differs in one bit. */
    private void assertMatches(int tag) {
        long mask = BucketDescriptor.match(region, BUCKET, tag);
        final long address = region.addressOf(BUCKET);
        assertThat(BucketDescriptor.match(address, tag)).as("by address").isEqualTo(mask);
        final int lowest = mask == 0 ? -1 : BucketDescriptor.firstSlot(mask);
        int found = 0;
        for (; mask != 0; mask &= mask - 1) {
            final int slot = BucketDescriptor.firstSlot(mask);
            final int cell = BucketDescriptor.cell(BUCKET, slot);
            assertThat(BucketDescriptor.firstCell(BUCKET, mask)).isEqualTo(cell);
            region.putInt(cell, cell);
            assertThat(BucketDescriptor.firstReference(address, mask)).isEqualTo(cell);
            found |= 1 << slot;
        }
        int expected = 0;
        for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
            final int present = BucketDescriptor.tag(region, BUCKET, slot);
            expected |= (present == tag ? 1 : 0) << slot;
            assertThat((found >>> slot & 1) == 0 || (present ^ tag) <= 1)
                    .as("seed %d: tag %d, not %d", TestSupport.seed(), present, tag)
                    .isTrue();
            assertThat(slot != lowest || present == tag)
                    .as("seed %d: the lowest match has tag %d", TestSupport.seed(), tag)
                    .isTrue();
        }
        assertThat(found & expected)
                .as("seed %d: slots with tag %d", TestSupport.seed(), tag)
                .isEqualTo(expected);
    }
}
