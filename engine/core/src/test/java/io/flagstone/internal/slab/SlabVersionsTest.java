// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import org.junit.jupiter.api.Test;

/** A slab's version changes before anything that a reader of a large value must notice. */
class SlabVersionsTest {
    private static final int SLAB = 1 << 16;
    private static final int SLABS = 4;

    private final SizeClasses classes = new SizeClasses(SLAB);
    private final int firstSlab =
            SlabAllocator.tablesLength(classes.count(), SLABS) + Region.CACHE_LINE
                    & -Region.CACHE_LINE;
    private final Region region = Region.allocate(firstSlab + SLABS * SLAB + Region.CACHE_LINE);
    private final SlabAllocator slabs = new SlabAllocator(region, classes, 0, firstSlab, SLABS);
    private final SlabVersions versions = slabs.versions();
    private final int large = classes.classFor(SLAB / 4);

    SlabVersionsTest() {
        slabs.layOut();
    }

    private int allocate(int sizeClass) {
        final int chunk = slabs.allocate(sizeClass, 0);
        EntryDescriptor.init(region, chunk, 1, 8, 8, sizeClass);
        return chunk;
    }

    private boolean isCurrent(int chunk, int seen) {
        return versions.read(region, chunk) == seen;
    }

    @Test
    void aChunkThatIsHandedOutAgainHasANewVersion() {
        final int chunk = allocate(large);
        allocate(large);
        final int seen = versions.read(region, chunk);
        assertThat(SlabVersions.isOdd(seen)).isFalse();
        slabs.free(chunk);
        assertThat(isCurrent(chunk, seen)).as("a free chunk keeps its bytes").isTrue();
        assertThat(allocate(large)).isEqualTo(chunk);
        assertThat(isCurrent(chunk, seen)).isFalse();
    }

    @Test
    void aSlabThatGoesToSmallChunksHasANewVersion() {
        final int chunk = allocate(large);
        final int seen = versions.read(region, chunk);
        slabs.free(chunk);
        final int small = allocate(0);
        assertThat(small).isEqualTo(chunk);
        assertThat(isCurrent(chunk, seen)).isFalse();
    }

    @Test
    void aChunkThatIsRecycledHasANewVersion() {
        final int chunk = allocate(large);
        final int seen = versions.read(region, chunk);
        slabs.recycle(chunk);
        assertThat(isCurrent(chunk, seen)).isFalse();
    }

    @Test
    void smallChunksDoNotChangeTheVersion() {
        final int chunk = allocate(0);
        final int seen = versions.read(region, chunk);
        allocate(0);
        assertThat(isCurrent(chunk, seen)).isTrue();
    }

    @Test
    void theVersionIsOddDuringAWriteInPlace() {
        final int chunk = allocate(large);
        final int other = allocate(large);
        final int seen = versions.read(region, chunk);
        versions.beginWrite(region, chunk);
        assertThat(SlabVersions.isOdd(versions.read(region, chunk))).isTrue();
        assertThat(isCurrent(other, seen)).as("the other chunk is in the same slab").isFalse();
        versions.endWrite(region, chunk);
        assertThat(SlabVersions.isOdd(versions.read(region, chunk))).isFalse();
        assertThat(isCurrent(chunk, seen)).isFalse();
    }

    @Test
    void anotherSlabKeepsItsVersion() {
        final int chunk = allocate(large);
        final int whole = allocate(classes.count() - 1);
        final int seen = versions.read(region, whole);
        versions.beginWrite(region, chunk);
        versions.endWrite(region, chunk);
        allocate(large);
        assertThat(isCurrent(whole, seen)).isTrue();
    }

    @Test
    void aChunkIsLargeFromTheLimitOn() {
        final int atLimit = classes.classFor(SlabVersions.LARGE_CHUNK_BYTES);
        assertThat(slabs.isLarge(atLimit)).isTrue();
        assertThat(slabs.isLarge(atLimit - 1)).isFalse();
    }
}
