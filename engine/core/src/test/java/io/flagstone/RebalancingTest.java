// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.SizeClassReport;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory follows the sizes that are written, a bounded number of entries per write. */
@Tag("any-jdk")
class RebalancingTest {
    private static final int MEMORY = 4 << 20;
    private static final int SLAB = 1 << 14;
    private static final int HEADER = 40;
    private static final int KEY = 8;

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[1 << 18]);
    private final List<OffHeapCache> open = new ArrayList<>();
    private Throwable failure;
    private long nextKey;

    @BeforeAll
    static void printSeed() {
        System.out.println("RebalancingTest: -Dflagstone.test.seed=" + TestSupport.seed());
    }

    @AfterEach
    void auditAndClose() {
        assertThat(failure).isNull();
        for (final OffHeapCache cache : open) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private OffHeapCache build(CacheBuilder builder) {
        final OffHeapCache cache = builder.segments(1).build();
        open.add(cache);
        return cache;
    }

    private static CacheBuilder builder() {
        return OffHeapCache.builder().memoryBytes(MEMORY).slabBytes(SLAB).expectedEntryBytes(32);
    }

    private void write(OffHeapCache cache, int valueLength, int bytes) {
        for (int written = 0; written < bytes; written += valueLength) {
            cache.put(nextKey++, value, 0, valueLength);
        }
    }

    private static long work(OffHeapCache cache) {
        final CacheStatistics statistics = cache.statistics();
        return statistics.evictions() + statistics.moves();
    }

    /** The bound that docs/architecture.md states. */
    private static int bound(int slabBytes, int budget) {
        return 2 * budget + slabBytes / 48 / 16 + 2;
    }

    @ParameterizedTest
    @CsvSource({"100, 1500", "1500, 100", "32, 2000", "2000, 32"})
    void aClassNoLongerWrittenGivesUpItsSlabs(int before, int after) {
        final OffHeapCache cache = build(builder());
        write(cache, before, 2 * MEMORY);
        write(cache, after, 3 * MEMORY);
        final MemoryReport report = cache.memoryReport();
        final long entryBytes = HEADER + KEY + (after + 7 & ~7);
        final long slabBytes =
                report.budgetBytes()
                        - report.indexBytes()
                        - report.unusedBytes()
                        - (report.headerBytes() - HEADER * report.entries());
        assertThat(report.entries() * entryBytes).isGreaterThan((long) (0.9 * slabBytes));
        assertThat(report.valueBytes()).isEqualTo(report.entries() * after);
    }

    /**
     * Writes sizes in every order, each several times. In the hardest rounds every size is larger
     * than those before, and the cache has no room for it yet.
     */
    @ParameterizedTest
    @CsvSource({
        "1024, 96, 48",
        "4096, 96, 48",
        "16384, 96, 48",
        "65536, 96, 48",
        "65536, 16, 48",
        "131072, 2000, 48",
        "4096, 16, 1000",
        "16384, 96, 300"
    })
    void noWriteMovesAndEvictsMoreThanItsBound(int slabBytes, int budget, int slabs) {
        final OffHeapCache cache =
                build(
                        OffHeapCache.builder()
                                .memoryBytes((long) slabs * slabBytes)
                                .slabBytes(slabBytes)
                                .expectedEntryBytes(16)
                                .rebalanceBudget(budget));
        final int largest = slabBytes - HEADER - KEY;
        final int bound = bound(slabBytes, budget);
        write(cache, 8, slabs / 4 * slabBytes);
        long worst = 0;
        for (int round = 0; round < 300; round++) {
            final boolean rising = round % 3 == 0;
            int length = 8;
            for (int i = 0; i < 40; i++) {
                length =
                        rising
                                ? Math.min(largest, length + length / 4)
                                : (int) (8 * Math.pow(largest / 8.0, random.nextDouble()));
                final int times = rising ? 1 : 1 << random.nextInt(8);
                for (int j = 0; j < times; j++) {
                    final long before = work(cache);
                    cache.put(nextKey++, value, 0, length);
                    worst = Math.max(worst, work(cache) - before);
                }
            }
            write(cache, 8, random.nextInt(2 * slabBytes));
        }
        assertThat(worst).as("seed %d", TestSupport.seed()).isBetween(1L, (long) bound);
        assertThat(cache.statistics().slabReassignments()).isPositive();
    }

    /** Of each size, the least recently used entry is evicted, whichever slabs change hands. */
    @ParameterizedTest
    @ValueSource(ints = {3, 96})
    void theLeastRecentlyUsedOfEachSizeIsEvicted(int budget) {
        final int[] lengths = {40, 300, 1000};
        final List<LinkedHashSet<Long>> order = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            order.add(new LinkedHashSet<>());
        }
        final OffHeapCache cache =
                build(
                        OffHeapCache.builder()
                                .memoryBytes(1 << 19)
                                .slabBytes(1 << 12)
                                .promotionDistance(0)
                                .rebalanceBudget(budget)
                                .removalHandler((cause, key, view) -> removed(order, cause, key))
                                .errorHandler(thrown -> failure = thrown));
        for (int i = 0; i < 100_000 && failure == null; i++) {
            final int favourite = i / 10_000 % lengths.length;
            final int list = random.nextInt(3) == 0 ? random.nextInt(3) : favourite;
            final long key = 3L * random.nextInt(4_000) + list;
            final boolean held = order.get(list).remove(key);
            if (held && random.nextBoolean()) {
                assertThat(cache.get(key, value, 0)).isEqualTo(lengths[list]);
            } else {
                assertThat(cache.put(key, value, 0, lengths[list])).isEqualTo(!held);
            }
            order.get(list).add(key);
        }
        assertThat(cache.statistics().moves()).isGreaterThan(1_000);
        assertThat(cache.statistics().slabReassignments()).isGreaterThan(30);
        for (int list = 0; list < lengths.length; list++) {
            for (final long key : order.get(list)) {
                assertThat(cache.get(key, value, 0)).isEqualTo(lengths[list]);
            }
        }
    }

    private static void removed(
            List<LinkedHashSet<Long>> order, RemovalCause cause, DirectBuffer key) {
        if (cause != RemovalCause.REPLACED) {
            final long number = key.getLong(0);
            final LinkedHashSet<Long> list = order.get((int) (number % order.size()));
            assertThat(cause).isEqualTo(RemovalCause.EVICTED);
            assertThat(list.iterator().next()).as("seed %d", TestSupport.seed()).isEqualTo(number);
            list.remove(number);
        }
    }

    @Test
    void theDutyCycleContinuesADrainThatAWriteBegan() {
        final OffHeapCache cache = build(builder().rebalanceBudget(20));
        write(cache, 100, 2 * MEMORY);
        write(cache, 1500, 3 * 1500);
        final long before = cache.statistics().slabReassignments();
        int calls = 0;
        for (int steps = 1; steps > 0; calls++) {
            steps = cache.doWork();
            assertThat(steps).isBetween(0, 20);
        }
        assertThat(calls).isGreaterThan(2);
        assertThat(cache.statistics().slabReassignments()).isEqualTo(before + 1);
        assertThat(cache.doWork()).isZero();
    }

    @Test
    void laterWritesReplaceTheReserve() {
        final OffHeapCache cache = build(builder());
        write(cache, 40, 2 * MEMORY);
        assertThat(cache.memoryReport().freeSlabBytes()).as("the reserve").isEqualTo(SLAB);
        cache.put(-1, value, 0, 1500);
        assertThat(cache.memoryReport().freeSlabBytes()).as("the reserve is taken").isZero();
        write(cache, 40, (SLAB / 88 / 16 + 2) * 40);
        assertThat(cache.contains(-1)).as("the entry that took it stays").isTrue();
        assertThat(cache.memoryReport().freeSlabBytes()).as("the reserve is back").isEqualTo(SLAB);
        assertThat(cache.doWork()).isZero();
    }

    @Test
    void aSmallEntryUsesALargerChunkUntilItsClassHasSlabs() {
        // Too few slabs for a reserve.
        final OffHeapCache cache = build(builder().slabBytes(1 << 18).rebalanceBudget(2));
        write(cache, 1500, 2 * MEMORY);
        cache.put(-1, value, 0, 100);
        cache.put(-2, value, 0, 100);
        assertThat(entriesOf(cache, 112, 160)).isZero();
        assertThat(cache.get(-2, value, 0)).isEqualTo(100);
        write(cache, 100, MEMORY / 4);
        cache.put(-2, value, 0, 104);
        assertThat(entriesOf(cache, 144, 160)).isGreaterThan(1_000);
        assertThat(cache.get(-2, value, 0)).isEqualTo(104);
    }

    private static long entriesOf(OffHeapCache cache, int fromBytes, int toBytes) {
        return cache.memoryReport().sizeClasses().stream()
                .filter(one -> one.chunkBytes() >= fromBytes && one.chunkBytes() <= toBytes)
                .mapToLong(SizeClassReport::entries)
                .sum();
    }

    /** All values have 100 bytes, then 1 500, then 100 again, then various lengths. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theHitRatioIsSoonAFreshCachesAfterAChangeOfSizes(boolean exact) {
        final double distance = exact ? 0 : 0.0625;
        final OffHeapCache shifted = build(plain(distance));
        final List<IntUnaryOperator> phases =
                List.of(k -> 100, k -> 1_500, k -> 100, k -> 20 + (k * 31 & 0x7FF));
        for (int phase = 0; phase < phases.size(); phase++) {
            final IntUnaryOperator lengths = phases.get(phase);
            final OffHeapCache fresh = build(plain(distance));
            final int keys = phase % 2 == 0 ? 120_000 : 12_000;
            long written = 0;
            while (written < 2L * MEMORY) {
                final int key = draw(keys);
                final int length = lengths.applyAsInt(key);
                written += read(shifted, phase, key, length) ? 0 : length;
                read(fresh, phase, key, length);
            }
            int hits = 0;
            int freshHits = 0;
            final int requests = 40_000;
            for (int i = 0; i < requests; i++) {
                final int key = draw(keys);
                final int length = lengths.applyAsInt(key);
                hits += read(shifted, phase, key, length) ? 1 : 0;
                freshHits += read(fresh, phase, key, length) ? 1 : 0;
            }
            final String seen =
                    String.format(
                            "seed %d, phase %d: %.4f, a fresh cache's %.4f",
                            TestSupport.seed(),
                            phase,
                            (double) hits / requests,
                            (double) freshHits / requests);
            System.out.println(seen);
            assertThat((double) (freshHits - hits) / requests).as(seen).isLessThan(0.01);
            assertThat(misplaced(shifted, fresh)).as(seen).isLessThan(0.05);
        }
    }

    private static CacheBuilder plain(double distance) {
        return OffHeapCache.builder()
                .memoryBytes(MEMORY)
                .expectedEntryBytes(100)
                .promotionDistance(distance);
    }

    private int draw(int keys) {
        return (int) (keys * Math.pow(random.nextDouble(), 3));
    }

    private boolean read(OffHeapCache cache, int phase, int key, int length) {
        final long number = (long) phase << 32 | key;
        final boolean hit = cache.get(number, value, 0) >= 0;
        if (!hit) {
            cache.put(number, value, 0, length);
        }
        return hit;
    }

    /** Returns the share of slabs in classes that have no slab in a fresh cache. */
    private static double misplaced(OffHeapCache shifted, OffHeapCache fresh) {
        final List<SizeClassReport> classes = shifted.memoryReport().sizeClasses();
        final List<SizeClassReport> right = fresh.memoryReport().sizeClasses();
        int wrong = 0;
        int all = 0;
        for (int c = 0; c < classes.size(); c++) {
            wrong += right.get(c).slabs() == 0 ? classes.get(c).slabs() : 0;
            all += classes.get(c).slabs();
        }
        return (double) wrong / all;
    }
}
