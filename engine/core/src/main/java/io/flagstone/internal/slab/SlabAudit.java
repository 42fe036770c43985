// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import java.util.BitSet;

/** The structural check of a {@link SlabAllocator}. It stops at the first contradiction. */
public final class SlabAudit {
    private final Region region;
    private final SizeClasses classes;
    private final SlabAllocator allocator;
    private final BitSet live = new BitSet();

    private SlabAudit(SlabAllocator allocator) {
        this.region = allocator.region();
        this.classes = allocator.classes();
        this.allocator = allocator;
    }

    /**
     * Checks the pool, the classes' lists and every slab's chunks.
     *
     * @return the live chunks: bit i stands for the chunk at offset {@code 8 * i}.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public static BitSet of(SlabAllocator allocator) {
        return new SlabAudit(allocator).run();
    }

    private BitSet run() {
        final BitSet pooled = listed(allocator, allocator.poolHead(), "pool");
        check(
                pooled.cardinality() == allocator.pooledSlabs(),
                "pool counts %d slabs, lists %d",
                allocator.pooledSlabs(),
                pooled.cardinality());
        final int[] slabsOfClass = new int[classes.count()];
        final int[] liveOfClass = new int[classes.count()];
        final BitSet partial = new BitSet();
        for (int c = 0; c < classes.count(); c++) {
            final int head =
                    region.getInt(allocator.classRecord(c) + SlabDescriptor.CLASS_PARTIAL_HEAD);
            for (final int slab : listed(allocator, head, "class " + c).stream().toArray()) {
                check(
                        field(slab, SlabDescriptor.SLAB_CLASS) == c,
                        "slab %d is in the list of another class",
                        slab);
                partial.set(slab);
            }
        }
        for (int slab = 1; slab <= allocator.slabCount(); slab++) {
            final int sizeClass = field(slab, SlabDescriptor.SLAB_CLASS);
            check(
                    pooled.get(slab) == (sizeClass == EntryDescriptor.FREE),
                    "slab %d has class %d but is in the pool, or the reverse",
                    slab,
                    sizeClass);
            if (sizeClass != EntryDescriptor.FREE) {
                slabsOfClass[sizeClass]++;
                liveOfClass[sizeClass] +=
                        allocator.isRun(sizeClass)
                                ? walkRun(slab, sizeClass, partial.get(slab))
                                : walk(slab, sizeClass, partial.get(slab));
            }
        }
        for (int c = 0; c < classes.count(); c++) {
            check(
                    slabsOfClass[c] == allocator.slabs(c) && liveOfClass[c] == allocator.live(c),
                    "class %d counts %d slabs and %d chunks, has %d and %d",
                    c,
                    allocator.slabs(c),
                    allocator.live(c),
                    slabsOfClass[c],
                    liveOfClass[c]);
        }
        return live;
    }

    /** Checks a slab of a run, and returns 1 for the first one. */
    private int walkRun(int slab, int sizeClass, boolean isPartial) {
        final int first = field(slab, SlabDescriptor.SLAB_PREVIOUS);
        final int length = classes.slabsPerChunk(sizeClass);
        check(
                first > 0
                        && first <= slab
                        && slab < first + length
                        && first + length - 1 <= allocator.slabCount()
                        && field(first, SlabDescriptor.SLAB_PREVIOUS) == first
                        && field(first, SlabDescriptor.SLAB_CLASS) == sizeClass
                        && !isPartial,
                "slab %d of class %d is not in the run of slab %d, or is in a list",
                slab,
                sizeClass,
                first);
        final int expected = slab == first ? 1 : 0;
        check(
                field(slab, SlabDescriptor.SLAB_LIVE) == expected
                        && field(slab, SlabDescriptor.SLAB_FRESH) == expected
                        && field(slab, SlabDescriptor.SLAB_FREE_HEAD) == Region.NONE,
                "slab %d of the run of slab %d counts %d live chunks, has %d",
                slab,
                first,
                field(slab, SlabDescriptor.SLAB_LIVE),
                expected);
        if (slab == first) {
            final int entry = allocator.slabStart(slab);
            check(
                    EntryDescriptor.sizeClass(region, entry) == sizeClass,
                    "slab %d of class %d: chunk %d has class %d",
                    slab,
                    sizeClass,
                    entry,
                    EntryDescriptor.sizeClass(region, entry));
            live.set(entry >>> 3);
        }
        return expected;
    }

    private int walk(int slab, int sizeClass, boolean isPartial) {
        final int start = allocator.slabStart(slab);
        final int chunkBytes = classes.chunkBytes(sizeClass);
        final int fresh = field(slab, SlabDescriptor.SLAB_FRESH);
        final int perSlab = allocator.chunksPerSlab(sizeClass);
        check(fresh > 0 && fresh <= perSlab, "slab %d handed out %d chunks", slab, fresh);

        final BitSet free = new BitSet(fresh);
        int chunk = field(slab, SlabDescriptor.SLAB_FREE_HEAD);
        while (chunk != Region.NONE) {
            final int number = (chunk - start) / chunkBytes;
            check(
                    chunk == start + number * chunkBytes && number < fresh && !free.get(number),
                    "slab %d: free list holds chunk %d, which is not in this slab or is listed"
                            + " twice",
                    slab,
                    chunk);
            free.set(number);
            chunk = EntryDescriptor.nextFree(region, chunk);
        }
        for (int number = 0; number < fresh; number++) {
            final int entry = start + number * chunkBytes;
            final int mark = EntryDescriptor.sizeClass(region, entry);
            check(
                    mark == (free.get(number) ? EntryDescriptor.FREE : sizeClass),
                    "slab %d of class %d: chunk %d has class %d",
                    slab,
                    sizeClass,
                    entry,
                    mark);
            if (!free.get(number)) {
                live.set(entry >>> 3);
            }
        }
        final int liveHere = fresh - free.cardinality();
        check(
                liveHere > 0 && liveHere == field(slab, SlabDescriptor.SLAB_LIVE),
                "slab %d counts %d live chunks, has %d",
                slab,
                field(slab, SlabDescriptor.SLAB_LIVE),
                liveHere);
        check(
                isPartial == (liveHere < perSlab && slab != allocator.draining()),
                "slab %d with %d of %d chunks live: wrongly in or out of its class's list",
                slab,
                liveHere,
                perSlab);
        return liveHere;
    }

    /**
     * Follows a list of slabs.
     *
     * @return the slabs.
     * @throws IllegalStateException if it does not link back, or leads to no slab or to one twice.
     */
    static BitSet listed(SlabAllocator allocator, int head, String list) {
        final Region region = allocator.region();
        final BitSet found = new BitSet();
        int previous = Region.NONE;
        int slab = head;
        while (slab != Region.NONE) {
            check(
                    slab > 0 && slab <= allocator.slabCount() && !found.get(slab),
                    "%s lists slab %d, which does not exist or is in it twice",
                    list,
                    slab);
            final int record = allocator.slabRecord(slab);
            check(
                    region.getInt(record + SlabDescriptor.SLAB_PREVIOUS) == previous,
                    "%s: slab %d does not link back",
                    list,
                    slab);
            found.set(slab);
            previous = slab;
            slab = region.getInt(record + SlabDescriptor.SLAB_NEXT);
        }
        return found;
    }

    private int field(int slab, int offset) {
        return region.getInt(allocator.slabRecord(slab) + offset);
    }

    private static void check(boolean holds, String finding, Object... args) {
        Invariant.check("slabs", holds, finding, args);
    }
}
