// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.expiry.TimingWheel;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.LruLists;
import io.flagstone.internal.slab.SizeClasses;
import io.flagstone.internal.slab.SlabAllocator;
import io.flagstone.testing.TestSupport;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The parts of any region lie side by side, and no further slab would fit. */
class SegmentLayoutTest {
    private static final int LAYOUTS = 200;

    @RepeatedTest(10)
    void anyBudgetCanBeDivided(RepetitionInfo repetition) {
        final long seed = TestSupport.seed() + repetition.getCurrentRepetition();
        final Random random = new Random(seed);
        for (int i = 0; i < LAYOUTS; i++) {
            final SizeClasses classes = new SizeClasses(1 << 10 + random.nextInt(15));
            final int regionBytes = (random.nextInt(1 << 30) >>> random.nextInt(18)) & -64;
            final int expectedEntryBytes = 1 + random.nextInt(1 << random.nextInt(15));
            final long maxEntries =
                    random.nextBoolean()
                            ? SegmentLayout.UNBOUNDED
                            : 1 + (random.nextInt() >>> 1 + random.nextInt(31));
            final boolean filtered = random.nextBoolean();
            final boolean persistent = random.nextBoolean();
            final SegmentLayout layout =
                    SegmentLayout.divide(
                            regionBytes,
                            classes,
                            expectedEntryBytes,
                            maxEntries,
                            filtered,
                            persistent);
            assertThat(layout.isFiltered()).isEqualTo(filtered);
            assertThat(layout.isPersistent()).isEqualTo(persistent);
            final String what = "seed " + seed + ": " + layout;
            assertThat(layout.slabs()).as(what).isNotNegative();
            if (layout.slabs() > 0) {
                assertPartsLieSideBySide(what, layout, regionBytes);
                assertEntriesFitTheIndex(what, layout, maxEntries);
            }
            assertNoFurtherSlabFits(what, layout, expectedEntryBytes, maxEntries);
        }
    }

    /**
     * Numbers near their limits, for regions of any size. The expected offsets are sums of longs.
     */
    @RepeatedTest(10)
    void noOffsetOverflows(RepetitionInfo repetition) {
        final long seed = TestSupport.seed() + repetition.getCurrentRepetition();
        final Random random = new Random(seed);
        for (int i = 0; i < LAYOUTS; i++) {
            final int slabBytes =
                    (int) near(random, SizeClasses.MIN_SLAB_BYTES, SizeClasses.MAX_SLAB_BYTES);
            final SizeClasses classes = new SizeClasses(Math.max(slabBytes & -64, 1 << 10));
            final int regionBytes = (int) near(random, 0, Region.MAX_BYTES) & -64;
            final int entryBytes = (int) near(random, 1, SizeClasses.MAX_SLAB_BYTES - 1);
            final long maxEntries = near(random, 1, Long.MAX_VALUE);
            final boolean filtered = random.nextBoolean();
            final boolean persistent = random.nextBoolean();
            final SegmentLayout layout =
                    SegmentLayout.divide(
                            regionBytes, classes, entryBytes, maxEntries, filtered, persistent);
            final int lists = classes.count();
            final String what =
                    String.format(
                            "seed %d: region %d, slab %d, entry %d, entries %d, filter %b,"
                                    + " persistent %b: %s",
                            seed,
                            regionBytes,
                            classes.slabBytes(),
                            entryBytes,
                            maxEntries,
                            filtered,
                            persistent,
                            layout);
            long end = (long) SegmentDescriptor.RECENCY + LruLists.length(lists);
            assertThat((long) layout.wheelOffset()).as(what).isGreaterThanOrEqualTo(end);
            end = (long) layout.wheelOffset() + TimingWheel.length(layout.wheelBits());
            assertThat((long) layout.tablesOffset()).as(what).isGreaterThanOrEqualTo(end);
            end = layout.tablesOffset() + 16L + 16L * lists + 24L * layout.slabs();
            assertThat((long) layout.indexOffset()).as(what).isGreaterThanOrEqualTo(end);
            end = layout.indexOffset() + (long) layout.buckets() * HashIndex.BUCKET_LENGTH;
            if (filtered) {
                assertThat((long) layout.windowOffset()).as(what).isGreaterThanOrEqualTo(end);
                end = (long) layout.windowOffset() + LruLists.length(lists);
                assertThat((long) layout.filterOffset()).as(what).isGreaterThanOrEqualTo(end);
                // A header, half a byte for each of eight counters, and a quarter of an int.
                end = layout.filterOffset() + 64L + 5L * layout.maxEntries() - 4;
            }
            assertThat((long) layout.stripesOffset()).as(what).isGreaterThanOrEqualTo(end);
            end = layout.stripesOffset() + 64L * layout.stripes();
            assertThat((long) layout.undoOffset()).as(what).isEqualTo(end);
            end += (long) layout.undoBytes() * layout.stripes();
            assertThat((long) layout.slabsOffset()).as(what).isGreaterThanOrEqualTo(end);
            assertThat(layout.slabs()).as(what).isNotNegative();
            assertThat(layout.maxEntries()).as(what).isPositive();
            assertThat((long) layout.maxEntries()).as(what).isLessThanOrEqualTo(maxEntries);
            if (layout.slabs() > 0) {
                assertThat(endOf(layout)).as(what).isLessThanOrEqualTo(regionBytes);
                assertEntriesFitTheIndex(what, layout, maxEntries);
            }
        }
    }

    /** Returns a number near either limit, or of any magnitude between them. */
    private static long near(Random random, long least, long most) {
        final long any = least + (random.nextLong() >>> 1 + random.nextInt(63));
        switch (random.nextInt(4)) {
            case 0:
                return least + random.nextInt(4);
            case 1:
                return most - random.nextInt(4);
            default:
                return any < least || any > most ? most - random.nextInt(1 << 10) : any;
        }
    }

    private static void assertPartsLieSideBySide(
            String what, SegmentLayout layout, int regionBytes) {
        final int lists = layout.classes().count();
        assertThat(layout.regionBytes()).as(what).isEqualTo(regionBytes);
        assertThat(layout.wheelOffset())
                .as(what)
                .isBetween(
                        SegmentDescriptor.RECENCY + LruLists.length(lists),
                        SegmentDescriptor.RECENCY + LruLists.length(lists) + 7);
        assertThat(layout.wheelOffset() % Long.BYTES).as(what).isZero();
        assertThat(layout.tablesOffset())
                .as(what)
                .isEqualTo(layout.wheelOffset() + TimingWheel.length(layout.wheelBits()));
        final int tablesEnd =
                layout.tablesOffset() + SlabAllocator.tablesLength(lists, layout.slabs());
        assertThat(layout.indexOffset()).as(what).isBetween(tablesEnd, tablesEnd + 63);
        assertThat(layout.indexOffset() % Region.CACHE_LINE).as(what).isZero();
        final int indexEnd = layout.indexOffset() + layout.buckets() * HashIndex.BUCKET_LENGTH;
        int filterEnd = indexEnd;
        if (layout.isFiltered()) {
            assertThat(layout.windowOffset()).as(what).isEqualTo(indexEnd);
            final int windowEnd = indexEnd + LruLists.length(lists);
            assertThat(layout.filterOffset()).as(what).isBetween(windowEnd, windowEnd + 63);
            assertThat(layout.filterOffset() % Region.CACHE_LINE).as(what).isZero();
            filterEnd = layout.filterOffset() + AdmissionFilter.length(layout.maxEntries());
        }
        assertThat(layout.stripesOffset()).as(what).isEqualTo(filterEnd);
        assertThat(layout.stripes())
                .as(what)
                .isEqualTo(Math.max(1, Math.min(32, layout.maxEntries() / 256)));
        final int stripesEnd = filterEnd + 64 * layout.stripes();
        assertThat(layout.undoOffset()).as(what).isEqualTo(stripesEnd);
        if (layout.isPersistent()) {
            final int part = regionBytes / 2048;
            assertThat(layout.undoBytes()).as(what).isBetween(256, Math.max(256, part));
            assertThat(layout.undoBytes() % 64).as(what).isZero();
            assertThat(layout.undoBytes()).as(what).isLessThanOrEqualTo(4096);
        }
        assertThat(layout.slabsOffset())
                .as(what)
                .isEqualTo(stripesEnd + layout.undoBytes() * layout.stripes());
        assertThat(layout.slabsOffset() % Region.CACHE_LINE).as(what).isZero();
        assertThat(endOf(layout)).as(what).isLessThanOrEqualTo(regionBytes);
        assertThat(layout.fixedBytes()).isEqualTo(layout.slabsOffset() - layout.indexBytes());
        assertThat(layout.indexBytes()).isEqualTo(indexEnd - layout.indexOffset());
    }

    private static void assertEntriesFitTheIndex(
            String what, SegmentLayout layout, long maxEntries) {
        assertThat(HashIndex.capacity(layout.buckets()))
                .as(what)
                .isGreaterThanOrEqualTo(layout.maxEntries());
        assertThat((long) layout.maxEntries()).as(what).isBetween(1L, maxEntries);
        final long chunks =
                (long) layout.slabs()
                        * (layout.classes().slabBytes() / layout.classes().chunkBytes(0));
        assertThat((long) layout.maxEntries())
                .as("%s: a bound that the slabs can reach is kept", what)
                .isGreaterThanOrEqualTo(
                        maxEntries == SegmentLayout.UNBOUNDED ? 1 : Math.min(maxEntries, chunks));
    }

    /** Enlarges the region until one more slab fits, which must not fit the original region. */
    private static void assertNoFurtherSlabFits(
            String what, SegmentLayout layout, int expectedEntryBytes, long maxEntries) {
        SegmentLayout larger = layout;
        int regionBytes = layout.regionBytes();
        while (larger.slabs() <= layout.slabs()) {
            regionBytes += layout.classes().slabBytes() / 2;
            larger =
                    SegmentLayout.divide(
                            regionBytes,
                            layout.classes(),
                            expectedEntryBytes,
                            maxEntries,
                            layout.isFiltered(),
                            layout.isPersistent());
        }
        assertThat(larger.slabs()).as(what).isEqualTo(layout.slabs() + 1);
        assertThat(endOf(larger)).as(what).isGreaterThan(layout.regionBytes());
    }

    private static long endOf(SegmentLayout layout) {
        return layout.slabsOffset() + (long) layout.slabs() * layout.classes().slabBytes();
    }

    @ParameterizedTest
    @CsvSource({
        "1024, false",
        "16384, false",
        "1048576, false",
        "16777216, false",
        "1024, true",
        "16384, true",
        "230016, true",
        "1048576, true",
        "16777216, true"
    })
    void theLeastRegionHoldsOneSlabAndASmallerOneNone(int slabBytes, boolean persistent) {
        final SizeClasses classes = new SizeClasses(slabBytes);
        final long bound = SegmentLayout.UNBOUNDED;
        final int least = SegmentLayout.leastRegionBytes(classes, 64, bound, false, persistent);
        assertThat(SegmentLayout.divide(least, classes, 64, bound, false, persistent).slabs())
                .isEqualTo(1);
        assertThat(SegmentLayout.divide(least - 64, classes, 64, bound, false, persistent).slabs())
                .isZero();
    }

    @Test
    void theLargestRegionCanBeDividedForTheSmallestEntries() {
        final SizeClasses classes = new SizeClasses(1 << 20);
        final SegmentLayout layout =
                SegmentLayout.divide(
                        Region.MAX_BYTES, classes, 1, SegmentLayout.UNBOUNDED, false, false);
        assertPartsLieSideBySide(layout.toString(), layout, Region.MAX_BYTES);
        assertEntriesFitTheIndex(layout.toString(), layout, SegmentLayout.UNBOUNDED);
        assertThat(layout.maxEntries()).isGreaterThan(30_000_000);
    }

    @Test
    void smallerExpectedEntriesGetALargerIndex() {
        final SizeClasses classes = new SizeClasses(1 << 12);
        int maxEntries = Integer.MAX_VALUE;
        for (final int bytes : new int[] {1, 20, 72, 300, 2_000}) {
            final SegmentLayout layout =
                    SegmentLayout.divide(
                            1 << 20, classes, bytes, SegmentLayout.UNBOUNDED, false, false);
            assertThat(layout.maxEntries()).isLessThan(maxEntries);
            maxEntries = layout.maxEntries();
        }
    }
}
