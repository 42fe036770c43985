// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the allocator with a model, and tests that the audit finds every planted fault. */
class SlabAllocatorTest {
    private static final int TABLES = 64;
    private static final int FIRST_SLAB = 4_096;
    private static final int SLAB_BYTES = 1_024;
    private static final int SLABS = 4;

    /** The value of the bytes before and after the tables. */
    private static final int FOREIGN = 0x5A;

    private final Random random = new Random(TestSupport.seed());

    /** The classes of the live chunks by offset. */
    private final TreeMap<Integer, Integer> live = new TreeMap<>();

    private Region region;
    private SizeClasses classes;
    private SlabAllocator allocator;
    private int tablesEnd;
    private int slabBytes;
    private int slabs;

    private void create(int bytes, int count) {
        slabBytes = bytes;
        slabs = count;
        classes = new SizeClasses(bytes);
        region = Region.allocate(FIRST_SLAB + bytes * count + Region.CACHE_LINE);
        tablesEnd = TABLES + SlabAllocator.tablesLength(classes.count(), count);
        assertThat(tablesEnd).isLessThanOrEqualTo(FIRST_SLAB);
        forBytesAroundTheTables(offset -> region.putByte(offset, FOREIGN));
        allocator = new SlabAllocator(region, classes, TABLES, FIRST_SLAB, count);
        allocator.layOut();
        assertThat(allocator.slabRecord(count) + SlabDescriptor.SLAB_LENGTH).isEqualTo(tablesEnd);
    }

    private void forBytesAroundTheTables(IntConsumer action) {
        IntStream.range(0, TABLES).forEach(action);
        IntStream.range(tablesEnd, FIRST_SLAB).forEach(action);
    }

    private int allocate(int sizeClass) {
        final int chunk = allocator.allocate(sizeClass, 0);
        if (chunk == Region.NONE) {
            return chunk;
        }
        final int end = chunk + classes.chunkBytes(sizeClass);
        assertThat(chunk % EntryDescriptor.ALIGNMENT).isZero();
        assertThat(slabOf(chunk)).isBetween(0, slabs - 1).isEqualTo(slabOf(end - 1));
        final Map.Entry<Integer, Integer> below = live.floorEntry(chunk);
        assertThat(below == null || below.getKey() + classes.chunkBytes(below.getValue()) <= chunk)
                .as("seed %d: %d overlaps %s", TestSupport.seed(), chunk, below)
                .isTrue();
        final Integer above = live.ceilingKey(chunk);
        assertThat(above == null || end <= above)
                .as("seed %d: %d overlaps %s", TestSupport.seed(), chunk, above)
                .isTrue();
        EntryDescriptor.init(region, chunk, 0, Long.BYTES, 0, sizeClass);
        live.put(chunk, sizeClass);
        return chunk;
    }

    private void free(int chunk) {
        assertThat(live.remove(chunk)).as("chunk %d was live", chunk).isNotNull();
        allocator.free(chunk);
    }

    private int slabOf(int chunk) {
        return Math.floorDiv(chunk - FIRST_SLAB, slabBytes);
    }

    private int randomLive() {
        return new ArrayList<>(live.keySet()).get(random.nextInt(live.size()));
    }

    private void assertMatchesModel() {
        final BitSet expected = new BitSet();
        live.keySet().forEach(chunk -> expected.set(chunk >>> 3));
        assertThat(SlabAudit.of(allocator)).isEqualTo(expected);
        final BitSet used = new BitSet();
        for (int c = 0; c < classes.count(); c++) {
            final int sizeClass = c;
            final BitSet ofClass = new BitSet();
            live.forEach(
                    (chunk, itsClass) -> {
                        if (itsClass == sizeClass) {
                            ofClass.set(slabOf(chunk));
                        }
                    });
            final long chunks = live.values().stream().filter(v -> v == sizeClass).count();
            assertThat(allocator.slabs(c)).isEqualTo(ofClass.cardinality());
            assertThat(allocator.isDry(c, allocator.pooledSlabs()))
                    .as("whether class %d has no chunk and no slab drains", c)
                    .isEqualTo(allocator.draining() == Region.NONE && allocator.freeChunks(c) == 0);
            assertThat(allocator.isDry(c, allocator.pooledSlabs() + 1)).isFalse();
            assertThat(allocator.live(c)).isEqualTo((int) chunks);
            assertThat(allocator.freeBytes(c))
                    .isEqualTo(
                            (long) ofClass.cardinality() * slabBytes
                                    - chunks * classes.chunkBytes(c));
            assertThat(used.intersects(ofClass)).as("a slab has one class").isFalse();
            used.or(ofClass);
        }
        assertThat(allocator.pooledSlabs()).isEqualTo(slabs - used.cardinality());
        forBytesAroundTheTables(
                offset ->
                        assertThat(region.getUnsignedByte(offset))
                                .as("byte %d, outside the tables", offset)
                                .isEqualTo(FOREIGN));
    }

    @ParameterizedTest
    @CsvSource({"1024, 1", "1024, 8", "4096, 5", "65536, 12"})
    void matchesModelUnderRandomUse(int bytes, int count) {
        create(bytes, count);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            final boolean growing = round / 500 % 2 == 0;
            final int draining = allocator.draining();
            if (random.nextInt(100) < (growing ? 65 : 35)) {
                final int sizeClass = random.nextInt(Math.min(6, classes.count()));
                final int spread = random.nextInt(4) == 0 ? classes.count() - 1 : sizeClass;
                final boolean room = hasRoom(spread, draining);
                final int chunk = allocate(spread);
                assertThat(chunk != Region.NONE)
                        .as("seed %d: round %d", TestSupport.seed(), round)
                        .isEqualTo(room);
                refused += chunk == Region.NONE ? 1 : 0;
                assertThat(draining != Region.NONE && slabOf(chunk) == draining - 1)
                        .as("a chunk of a draining slab")
                        .isFalse();
            } else if (!live.isEmpty()) {
                if (draining != Region.NONE && random.nextInt(4) != 0) {
                    final int chunk = allocator.nextToDrain();
                    assertThat(slabOf(chunk)).isEqualTo(draining - 1);
                    assertThat(drainCursor())
                            .as("the next call resumes where this one stopped")
                            .isEqualTo(
                                    (chunk - allocator.slabStart(draining))
                                            / classes.chunkBytes(live.get(chunk)));
                    free(chunk);
                } else if (draining == Region.NONE && random.nextInt(50) == 0) {
                    final int chunk = randomLive();
                    allocator.startDraining(slabOf(chunk) + 1);
                    assertThat(allocator.draining() - 1).isEqualTo(slabOf(chunk));
                    assertThat(allocator.drainingClass()).isEqualTo(live.get(chunk));
                    live.keySet()
                            .forEach(
                                    one ->
                                            assertThat(allocator.isDraining(one))
                                                    .isEqualTo(slabOf(one) == slabOf(chunk)));
                } else if (draining != Region.NONE && random.nextInt(8) == 0) {
                    allocator.stopDraining();
                    assertThat(allocator.draining()).isEqualTo(Region.NONE);
                } else {
                    free(randomLive());
                }
            }
            if (round % 50 == 0) {
                assertMatchesModel();
            }
        }
        assertThat(refused).as("allocations refused by the full allocator").isPositive();
        new ArrayList<>(live.keySet()).forEach(this::free);
        assertMatchesModel();
        assertThat(allocator.draining()).isEqualTo(Region.NONE);
        assertThat(allocator.pooledSlabs()).isEqualTo(count);
    }

    private int drainCursor() {
        return region.getInt(TABLES + SlabDescriptor.DRAIN_CURSOR);
    }

    private boolean hasRoom(int sizeClass, int draining) {
        final int perSlab = slabBytes / classes.chunkBytes(sizeClass);
        final int[] liveBySlab = new int[slabs];
        live.forEach((chunk, c) -> liveBySlab[slabOf(chunk)] += c == sizeClass ? 1 : 0);
        for (int slab = 0; slab < slabs; slab++) {
            if (slab != draining - 1 && liveBySlab[slab] > 0 && liveBySlab[slab] < perSlab) {
                return true;
            }
        }
        return allocator.pooledSlabs() > 0;
    }

    @Test
    void allocatesAllChunksThenNone() {
        create(SLAB_BYTES, SLABS);
        for (int c = 0; c < classes.count(); c++) {
            final int chunks = SLABS * (SLAB_BYTES / classes.chunkBytes(c));
            for (int i = 0; i < chunks; i++) {
                assertThat(allocate(c)).isNotEqualTo(Region.NONE);
            }
            for (int other = 0; other < classes.count(); other++) {
                assertThat(allocate(other)).isEqualTo(Region.NONE);
            }
            assertMatchesModel();
            new ArrayList<>(live.keySet()).forEach(this::free);
            assertThat(allocator.pooledSlabs()).isEqualTo(SLABS);
        }
    }

    @Test
    void fillsPartlyFreeSlabsBeforeUsingPool() {
        create(SLAB_BYTES, SLABS);
        final int perSlab = SLAB_BYTES / classes.chunkBytes(0);
        final List<Integer> chunks = new ArrayList<>();
        for (int i = 0; i < 2 * perSlab; i++) {
            chunks.add(allocate(0));
        }
        free(chunks.get(1));
        free(chunks.get(perSlab + 1));
        assertThat(List.of(allocate(0), allocate(0)))
                .containsExactlyInAnyOrder(chunks.get(1), chunks.get(perSlab + 1));
        assertThat(allocator.slabs(0)).isEqualTo(2);
        assertMatchesModel();
    }

    @Test
    void drainedSlabServesAnotherClass() {
        create(SLAB_BYTES, 1);
        int chunk = allocate(0);
        while (allocate(0) != Region.NONE) {
            chunk = live.lastKey();
        }
        free(chunk);
        allocator.startDraining(slabOf(live.firstKey()) + 1);
        assertThat(allocate(0)).as("a draining slab hands out nothing").isEqualTo(Region.NONE);
        while (allocator.draining() != Region.NONE) {
            assertMatchesModel();
            free(allocator.nextToDrain());
        }
        assertThat(live).isEmpty();
        assertThat(allocate(classes.count() - 1)).isNotEqualTo(Region.NONE);
        assertMatchesModel();
    }

    @Test
    void slabIsUsedAgainAfterDrainingStops() {
        create(SLAB_BYTES, 1);
        while (allocate(0) != Region.NONE) {}
        allocator.startDraining(1);
        free(allocator.nextToDrain());
        assertThat(allocate(0)).isEqualTo(Region.NONE);
        allocator.stopDraining();
        assertMatchesModel();
        assertThat(allocate(0)).isNotEqualTo(Region.NONE);
        assertMatchesModel();
        allocator.startDraining(1);
        allocator.stopDraining();
        assertMatchesModel();
        assertThat(allocate(0)).as("a full slab").isEqualTo(Region.NONE);
    }

    @Test
    void reserveStaysInPool() {
        create(SLAB_BYTES, SLABS);
        final int last = classes.count() - 1;
        int taken = 0;
        for (int chunk; (chunk = allocator.allocate(last, 2)) != Region.NONE; taken++) {
            EntryDescriptor.init(region, chunk, 0, Long.BYTES, 0, last);
            live.put(chunk, last);
            assertThat(allocator.sizeClassOf(chunk)).isEqualTo(last);
        }
        assertThat(taken).isEqualTo(SLABS - 2);
        assertThat(allocator.pooledSlabs()).isEqualTo(2);
        assertThat(allocator.takeFree(0)).as("no slab of its own").isEqualTo(Region.NONE);
        assertMatchesModel();
    }

    @ParameterizedTest(name = "freed last: {0}")
    @ValueSource(booleans = {true, false})
    void sparsestSlabHasFewestLiveChunks(boolean last) {
        create(SLAB_BYTES, SLABS);
        final List<Integer> chunks = new ArrayList<>();
        for (int chunk; (chunk = allocate(0)) != Region.NONE; ) {
            chunks.add(chunk);
        }
        final int perSlab = chunks.size() / SLABS;
        final int first = chunks.get(0);
        assertThat(allocator.sparsest(0, first)).isEqualTo(slabOf(first) + 1);
        for (int number = 1; number < SLABS; number++) {
            final int slab = last ? number : SLABS - number;
            for (int i = 0; i < slab; i++) {
                free(chunks.get(slab * perSlab + i));
            }
        }
        final int sparsest = slabOf(chunks.get((SLABS - 1) * perSlab)) + 1;
        assertThat(allocator.sparsest(0, first)).isEqualTo(sparsest);
        assertThat(allocator.sparsest()).isEqualTo(sparsest);
        assertThat(allocator.freeChunks(0)).isEqualTo(1 + 2 + 3);
    }

    /** The search misses sparser slabs further down the list, so it does not look at all slabs. */
    @Test
    void sparsestLooksAtFewSlabsOfEachClass() {
        final int many = 60;
        create(512, many);
        final List<List<Integer>> chunks = new ArrayList<>();
        for (int slab = 0; slab < many; slab++) {
            chunks.add(new ArrayList<>());
        }
        final int sizeClass = 1;
        for (int chunk; (chunk = allocate(sizeClass)) != Region.NONE; ) {
            chunks.get(slabOf(chunk)).add(chunk);
        }
        final int perSlab = allocator.chunksPerSlab(sizeClass);
        assertThat(perSlab).isGreaterThan(4);
        final int newest = many;
        assertThat(allocator.sparsest()).as("all are full").isEqualTo(newest);

        free(chunks.get(0).get(0));
        assertThat(allocator.sparsest()).as("the only one in the list").isEqualTo(1);
        for (int i = 1; i < perSlab - 1; i++) {
            free(chunks.get(0).get(i));
        }
        for (int slab = 1; slab <= 15; slab++) {
            free(chunks.get(slab).get(0));
        }
        assertThat(allocator.sparsest()).as("the sixteenth in the list").isEqualTo(1);
        free(chunks.get(16).get(0));
        assertThat(allocator.sparsest()).as("the seventeenth").isNotEqualTo(1).isBetween(3, 17);

        free(chunks.get(newest - 1).get(0));
        free(chunks.get(newest - 1).get(1));
        for (int slab = 17; slab <= 40; slab++) {
            free(chunks.get(slab).get(0));
        }
        assertThat(allocator.sparsest()).as("at any position in the list").isEqualTo(newest);
        assertMatchesModel();
    }

    /** Plants a fault into a state with slabs of two classes, a free chunk and a pool. */
    private interface Fault extends Consumer<SlabAllocatorTest> {}

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "a wrong count of the pool",
                        "pool counts 3 slabs, lists 2",
                        t -> t.region.addInt(TABLES + SlabDescriptor.POOL_SLABS, 1)),
                fault(
                        "a pool in a circle",
                        "pool lists slab",
                        t -> t.plant(t.allocator.poolHead(), SlabDescriptor.SLAB_NEXT, 3)),
                fault(
                        "a pool that leads nowhere",
                        "which does not exist",
                        t -> t.plant(t.allocator.poolHead(), SlabDescriptor.SLAB_NEXT, 77)),
                fault(
                        "a class in the pool",
                        "slab 3 has class 0 but is in the pool, or the reverse",
                        t -> t.plant(3, SlabDescriptor.SLAB_CLASS, 0)),
                fault(
                        "a slab of another class",
                        "slab 1 is in the list of another class",
                        t -> t.plant(1, SlabDescriptor.SLAB_CLASS, 1)),
                fault(
                        "a missing back link",
                        "does not link back",
                        t -> t.plant(1, SlabDescriptor.SLAB_PREVIOUS, 2)),
                fault(
                        "a slab missing from its list",
                        "wrongly in or out",
                        t ->
                                t.region.putInt(
                                        t.allocator.classRecord(0)
                                                + SlabDescriptor.CLASS_PARTIAL_HEAD,
                                        Region.NONE)),
                fault(
                        "a wrong count of live chunks of a class",
                        "class 0 counts",
                        t ->
                                t.region.addInt(
                                        t.allocator.classRecord(0) + SlabDescriptor.CLASS_LIVE, 1)),
                fault(
                        "a wrong count of slabs of a class",
                        "class 1 counts",
                        t ->
                                t.region.addInt(
                                        t.allocator.classRecord(1) + SlabDescriptor.CLASS_SLABS,
                                        1)),
                fault(
                        "a wrong count of live chunks of a slab",
                        "slab 1 counts 9 live chunks",
                        t -> t.plant(1, SlabDescriptor.SLAB_LIVE, 9)),
                fault(
                        "a slab whose chunks are all free",
                        "slab 1 counts 0 live chunks, has 0",
                        t -> {
                            final int chunkBytes = t.classes.chunkBytes(0);
                            final int second = FIRST_SLAB + chunkBytes;
                            EntryDescriptor.markFree(t.region, FIRST_SLAB, second);
                            EntryDescriptor.markFree(t.region, second, second + chunkBytes);
                            EntryDescriptor.markFree(t.region, second + chunkBytes, Region.NONE);
                            t.plant(1, SlabDescriptor.SLAB_LIVE, 0);
                        }),
                fault(
                        "more chunks handed out than there are",
                        "slab 1 handed out 99 chunks",
                        t -> t.plant(1, SlabDescriptor.SLAB_FRESH, 99)),
                fault(
                        "a slab of a class that handed out nothing",
                        "slab 1 handed out 0 chunks",
                        t -> t.plant(1, SlabDescriptor.SLAB_FRESH, 0)),
                fault(
                        "a free chunk that was never handed out",
                        "not in this slab",
                        t ->
                                EntryDescriptor.markFree(
                                        t.region,
                                        FIRST_SLAB,
                                        FIRST_SLAB + 3 * t.classes.chunkBytes(0))),
                fault(
                        "a free list in a circle",
                        "listed twice",
                        t -> EntryDescriptor.markFree(t.region, FIRST_SLAB, FIRST_SLAB)),
                fault(
                        "a free list that leaves its slab",
                        "not in this slab",
                        t ->
                                EntryDescriptor.markFree(
                                        t.region, FIRST_SLAB, FIRST_SLAB + SLAB_BYTES)),
                fault(
                        "a free chunk that has a class",
                        "has class 0",
                        t ->
                                t.region.putLong(
                                        FIRST_SLAB + 32, t.region.getLong(t.live.firstKey() + 32))),
                fault(
                        "a live chunk that is marked free",
                        "has class 127",
                        t -> EntryDescriptor.markFree(t.region, t.live.firstKey(), Region.NONE)));
    }

    private static Arguments fault(String name, String finding, Fault fault) {
        return Arguments.of(name, finding, fault);
    }

    private void plant(int slab, int field, int value) {
        region.putInt(allocator.slabRecord(slab) + field, value);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void auditFinds(String name, String finding, Fault fault) {
        create(SLAB_BYTES, SLABS);
        final int first = allocate(0);
        allocate(0);
        allocate(0);
        allocate(1);
        free(first);
        assertThat(first).isEqualTo(FIRST_SLAB);
        assertMatchesModel();
        fault.accept(this);
        assertThatThrownBy(() -> SlabAudit.of(allocator))
                .as(name)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("slabs: ")
                .hasMessageContaining(finding);
    }
}
