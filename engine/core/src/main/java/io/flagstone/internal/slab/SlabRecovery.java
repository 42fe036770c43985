// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static io.flagstone.internal.slab.SlabDescriptor.CLASS_LIVE;
import static io.flagstone.internal.slab.SlabDescriptor.CLASS_SLABS;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_CLASS;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_FREE_HEAD;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_FRESH;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_LIVE;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_NEXT;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_PREVIOUS;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import java.util.Arrays;

/**
 * Rebuilds the slab tables of a process that did not close its segment. Believes only the class and
 * {@code SLAB_FRESH} of a slab, the first slab of a run, and the headers of the chunks.
 *
 * <p>It is used in this order: {@link #impossibleSlab}, {@link #begin}, {@link #keep} for each slab
 * with entries, {@link #end}. It changes the class of a slab only so that another attempt finds the
 * same entries: a slab without entries goes to the pool. So a recovery that is interrupted can
 * start again.
 *
 * <p>Whatever the tables hold, every step is bounded, and no access is outside the region.
 */
public final class SlabRecovery {
    private final Region region;
    private final SizeClasses classes;
    private final SlabAllocator allocator;

    /** The slabs in the order of their classes, each class in ascending order. */
    private final int[] ordered;

    /** Where the slabs of a class start in {@link #ordered}. */
    private final int[] starts;

    private final boolean[] kept;

    /** Creates a recovery of an allocator's tables. */
    public SlabRecovery(SlabAllocator allocator) {
        this.allocator = allocator;
        this.region = allocator.region();
        this.classes = allocator.classes();
        this.ordered = new int[allocator.slabCount()];
        this.starts = new int[classes.count() + 1];
        this.kept = new boolean[allocator.slabCount() + 1];
    }

    /**
     * Looks for a slab whose record no allocator has written.
     *
     * @return its number, or {@link Region#NONE} if there is none.
     */
    public int impossibleSlab() {
        for (int slab = 1; slab <= allocator.slabCount(); slab++) {
            final int sizeClass = sizeClass(slab);
            if (sizeClass != EntryDescriptor.FREE
                    && (sizeClass < 0
                            || sizeClass >= classes.count()
                            || fresh(slab) < 0
                            || fresh(slab) > classes.chunksPerSlab(sizeClass)
                            || isLiveRun(slab) && !isWholeRun(slab))) {
                return slab;
            }
        }
        return Region.NONE;
    }

    private boolean isLiveRun(int slab) {
        return allocator.isRun(sizeClass(slab))
                && fresh(slab) == 1
                && EntryDescriptor.sizeClass(region, allocator.slabStart(slab))
                        != EntryDescriptor.FREE;
    }

    private boolean isWholeRun(int first) {
        final int length = classes.slabsPerChunk(sizeClass(first));
        boolean whole = first + length - 1 <= allocator.slabCount();
        for (int slab = first; whole && slab < first + length; slab++) {
            whole =
                    sizeClass(slab) == sizeClass(first)
                            && fresh(slab) == (slab == first ? 1 : 0)
                            && field(slab, SLAB_PREVIOUS) == first;
        }
        return whole;
    }

    /**
     * Returns whether a number is the offset of a chunk that was handed out at least once. The
     * tables must be possible.
     */
    public boolean isChunk(long offset) {
        final long start = allocator.slabStart(1);
        if (offset < start
                || offset - start >= (long) classes.slabBytes() * allocator.slabCount()) {
            return false;
        }
        final int slab = (int) ((offset - start) / classes.slabBytes()) + 1;
        if (sizeClass(slab) == EntryDescriptor.FREE) {
            return false;
        }
        final int inSlab = (int) offset - allocator.slabStart(slab);
        final int chunkBytes = classes.chunkBytes(sizeClass(slab));
        return inSlab % chunkBytes == 0 && inSlab / chunkBytes < fresh(slab);
    }

    /** Orders the slabs by class, and empties pool and lists. The tables must be possible. */
    public void begin() {
        Arrays.fill(starts, 0);
        for (int slab = 1; slab <= allocator.slabCount(); slab++) {
            if (sizeClass(slab) != EntryDescriptor.FREE) {
                starts[sizeClass(slab) + 1]++;
            }
        }
        for (int c = 0; c < classes.count(); c++) {
            starts[c + 1] += starts[c];
        }
        final int[] next = Arrays.copyOf(starts, classes.count());
        for (int slab = 1; slab <= allocator.slabCount(); slab++) {
            if (sizeClass(slab) != EntryDescriptor.FREE) {
                ordered[next[sizeClass(slab)]++] = slab;
            }
        }
        allocator.emptyLists();
    }

    /** Returns the number of slabs that may have chunks of a class. */
    public int slabsOf(int sizeClass) {
        return starts[sizeClass + 1] - starts[sizeClass];
    }

    /** Returns a slab of a class, by its index from 0. */
    public int slab(int sizeClass, int index) {
        return ordered[starts[sizeClass] + index];
    }

    /** Returns the number of a slab's chunks that were handed out at least once. */
    public int chunksOf(int slab) {
        return fresh(slab);
    }

    /** Returns a chunk of a slab, by its index from 0. */
    public int chunk(int slab, int index) {
        return allocator.slabStart(slab) + index * classes.chunkBytes(sizeClass(slab));
    }

    /** Keeps a slab with entries: links its free chunks, and the slab if it has any to hand out. */
    public void keep(int slab, int live) {
        final int sizeClass = sizeClass(slab);
        final int length = classes.slabsPerChunk(sizeClass);
        for (int member = slab; member < slab + length; member++) {
            kept[member] = true;
            put(member, SLAB_LIVE, 0);
            put(member, SLAB_FREE_HEAD, Region.NONE);
        }
        put(slab, SLAB_LIVE, live);
        region.addInt(allocator.classRecord(sizeClass) + CLASS_SLABS, length);
        region.addInt(allocator.classRecord(sizeClass) + CLASS_LIVE, live);
        if (length == 1) {
            linkFree(slab, live);
        }
    }

    private void linkFree(int slab, int live) {
        int head = Region.NONE;
        for (int i = fresh(slab) - 1, free = fresh(slab) - live; free > 0; i--) {
            final int chunk = chunk(slab, i);
            if (EntryDescriptor.isFree(region, chunk)) {
                EntryDescriptor.markFree(region, chunk, head);
                head = chunk;
                free--;
            }
        }
        put(slab, SLAB_FREE_HEAD, head);
        put(slab, SLAB_PREVIOUS, Region.NONE);
        put(slab, SLAB_NEXT, Region.NONE);
        if (live < classes.chunksPerSlab(sizeClass(slab))) {
            allocator.linkPartial(slab, sizeClass(slab));
        }
    }

    /** Puts all other slabs into the pool. */
    public void end() {
        for (int slab = allocator.slabCount(); slab > 0; slab--) {
            if (!kept[slab]) {
                // The process may have ended before it had counted the last entry out.
                put(slab, SLAB_LIVE, 0);
                allocator.pool(slab);
            }
        }
    }

    private int sizeClass(int slab) {
        return field(slab, SLAB_CLASS);
    }

    private int fresh(int slab) {
        return field(slab, SLAB_FRESH);
    }

    private int field(int slab, int offset) {
        return region.getInt(allocator.slabRecord(slab) + offset);
    }

    private void put(int slab, int offset, int value) {
        region.putInt(allocator.slabRecord(slab) + offset, value);
    }
}
