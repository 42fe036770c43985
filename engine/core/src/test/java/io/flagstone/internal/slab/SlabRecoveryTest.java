// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * At every access of the allocator, the slab tables say of no chunk that it is an entry unless it
 * is one, although the slabs are full of garbage that looks like entries.
 */
class SlabRecoveryTest {
    private static final int TABLES = 64;
    private static final int FIRST_SLAB = 8 << 10;
    private static final int SLABS = 12;
    private static final int OPERATIONS = 1_500;

    private final SizeClasses classes = new SizeClasses(1 << 10, 3 << 10);
    private final Region region = Region.allocate(FIRST_SLAB + (SLABS << 10) + 64);
    private final SlabAllocator allocator =
            new SlabAllocator(region, classes, TABLES, FIRST_SLAB, SLABS);
    private final List<Integer> live = new ArrayList<>();
    private final Random random = new Random(TestSupport.seed());

    /** Makes the bytes of a chunk look like headers of its class, all of them. */
    private void write(int chunk, int sizeClass) {
        final int length = classes.chunkBytes(sizeClass);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[length]);
        bytes.setMemory(0, length, (byte) sizeClass);
        region.copyIn(chunk, bytes.byteArray(), bytes.addressOffset(), length);
        EntryDescriptor.init(region, chunk, 1, 8, 0, sizeClass);
    }

    private void checkWitness(List<Integer> entries) {
        final SlabRecovery recovery = new SlabRecovery(allocator);
        assertThat(recovery.impossibleSlab()).as("a slab that is impossible").isZero();
        int found = 0;
        for (int slab = 1; slab <= SLABS; slab++) {
            final int sizeClass = allocator.sizeClassOfSlab(slab);
            for (int i = 0; sizeClass != EntryDescriptor.FREE && i < recovery.chunksOf(slab); i++) {
                final int chunk = recovery.chunk(slab, i);
                assertThat(recovery.isChunk(chunk)).isTrue();
                assertThat(recovery.isChunk(chunk + 8)).isFalse();
                if (EntryDescriptor.sizeClass(region, chunk) != EntryDescriptor.FREE) {
                    assertThat(entries).as("entries").contains(chunk);
                    found++;
                }
            }
        }
        assertThat(found).as("entries").isEqualTo(entries.size());
    }

    @Test
    void theWitnessIsTrueAtEveryAccess() {
        allocator.layOut();
        for (int i = 0; i < OPERATIONS; i++) {
            final int sizeClass = random.nextInt(classes.count());
            final boolean frees = !live.isEmpty() && random.nextInt(100) < 48;
            final Integer freed = frees ? live.get(random.nextInt(live.size())) : null;
            final List<Integer> before = new ArrayList<>(live);
            final List<Integer> after = new ArrayList<>(live);
            after.remove(freed);
            final List<AssertionError> failures = new ArrayList<>();
            AccessFaults.interrupt(1 + random.nextInt(30), () -> check(before, after, failures));
            final int chunk = frees ? Region.NONE : allocator.allocate(sizeClass, 0);
            if (frees) {
                allocator.free(freed);
            }
            AccessFaults.disarm();
            assertThat(failures).as("seed %d, operation %d", TestSupport.seed(), i).isEmpty();
            if (frees) {
                live.remove(freed);
            } else if (chunk != Region.NONE) {
                write(chunk, sizeClass);
                live.add(chunk);
            }
            SlabAudit.of(allocator);
        }
    }

    /** Every first chunk of every class, taken at every access from slabs full of its garbage. */
    @Test
    void aNewChunkCountsOnlyWhenItIsMarkedFree() {
        for (int sizeClass = 0; sizeClass < classes.count(); sizeClass++) {
            for (int access = 1; access < 140; access++) {
                region.zero(TABLES, FIRST_SLAB - TABLES);
                allocator.layOut();
                for (int slab = 1; slab <= SLABS; slab++) {
                    EntryDescriptor.init(region, FIRST_SLAB + (slab - 1 << 10), 1, 8, 0, sizeClass);
                }
                final List<AssertionError> failures = new ArrayList<>();
                AccessFaults.interrupt(access, () -> check(List.of(), List.of(), failures));
                allocator.allocate(sizeClass, 0);
                AccessFaults.disarm();
                assertThat(failures).as("class %d, access %d", sizeClass, access).isEmpty();
            }
        }
    }

    private void check(List<Integer> before, List<Integer> after, List<AssertionError> failures) {
        try {
            checkWitness(before);
        } catch (final AssertionError first) {
            try {
                checkWitness(after);
            } catch (final AssertionError second) {
                failures.add(second);
            }
        }
    }

    @Test
    void anyTablesAreRefusedOrBounded() {
        allocator.layOut();
        for (int i = 0; i < OPERATIONS; i++) {
            for (int word = TABLES; word < FIRST_SLAB; word += Integer.BYTES) {
                region.putInt(word, random.nextInt(random.nextBoolean() ? 130 : 1 << 30));
            }
            final SlabRecovery recovery = new SlabRecovery(allocator);
            assertThat(recovery.impossibleSlab()).isBetween(1, SLABS);
        }
    }

    @Test
    void onlyOffsetsOfChunksAreChunks() {
        allocator.layOut();
        final int chunk = allocator.allocate(0, 0);
        final SlabRecovery recovery = new SlabRecovery(allocator);
        assertThat(recovery.isChunk(chunk)).isTrue();
        for (final long other :
                new long[] {
                    0,
                    -1,
                    Long.MIN_VALUE,
                    Long.MAX_VALUE,
                    chunk - 1L,
                    chunk + 1L,
                    chunk + 48L,
                    chunk + (1L << 32),
                    FIRST_SLAB + (SLABS << 10),
                    region.capacity()
                }) {
            assertThat(recovery.isChunk(other)).as("%d", other).isFalse();
        }
    }
}
