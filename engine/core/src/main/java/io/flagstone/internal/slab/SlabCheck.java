// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static io.flagstone.internal.slab.SlabDescriptor.CLASS_PARTIAL_HEAD;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_CLASS;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_FREE_HEAD;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_FRESH;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_LIVE;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_PREVIOUS;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.MultisetHash;
import io.flagstone.internal.memory.Region;
import java.util.BitSet;

/**
 * Checks that the slab tables agree with the headers of the chunks, which are read once, in the
 * order in which they lie in memory. The free list of a slab is not followed: its links must be its
 * free chunks; see {@link MultisetHash}.
 *
 * <p>It is used in this order: {@link #begin}, then for each slab, in ascending order, {@link
 * #addFree} for its free chunks and {@link #end}, then {@link #holds}. Tables with a slab that is
 * being drained do not pass. {@link SlabRecovery#impossibleSlab} must have found nothing.
 */
public final class SlabCheck {
    private final Region region;
    private final SizeClasses classes;
    private final SlabAllocator allocator;
    private final int[] slabs;
    private final int[] live;
    private BitSet pooled;
    private BitSet partial;
    private long chunks;
    private long links;
    private boolean possible = true;

    /** Creates a check of an allocator's tables. */
    public SlabCheck(SlabAllocator allocator) {
        this.region = allocator.region();
        this.classes = allocator.classes();
        this.allocator = allocator;
        this.slabs = new int[classes.count()];
        this.live = new int[classes.count()];
    }

    /**
     * Follows the pool and the lists of slabs.
     *
     * @throws IllegalStateException if they contradict themselves.
     */
    public void begin() {
        pooled = SlabAudit.listed(allocator, allocator.poolHead(), "pool");
        partial = new BitSet();
        possible =
                allocator.draining() == Region.NONE
                        && pooled.cardinality() == allocator.pooledSlabs();
        for (int c = 0; c < classes.count(); c++) {
            final int head = region.getInt(allocator.classRecord(c) + CLASS_PARTIAL_HEAD);
            final int sizeClass = c;
            final BitSet listed = SlabAudit.listed(allocator, head, "class");
            possible &= listed.stream().allMatch(slab -> sizeClass(slab) == sizeClass);
            partial.or(listed);
        }
    }

    /** Returns the number of slabs, which are numbered from 1. */
    public int slabs() {
        return allocator.slabCount();
    }

    /** Returns the class of a slab, {@link EntryDescriptor#FREE} if it is in the pool. */
    public int sizeClass(int slab) {
        return field(slab, SLAB_CLASS);
    }

    /** Returns the number of a slab's chunks that were handed out at least once. */
    public int chunksOf(int slab) {
        return sizeClass(slab) == EntryDescriptor.FREE ? 0 : field(slab, SLAB_FRESH);
    }

    /** Returns the first chunk of a slab. */
    public int firstChunk(int slab) {
        return allocator.slabStart(slab);
    }

    /** Adds a free chunk of a slab. */
    public void addFree(int slab, int chunk) {
        chunks += MultisetHash.of(slab, chunk);
        addLink(slab, EntryDescriptor.nextFree(region, chunk));
    }

    private void addLink(int slab, int chunk) {
        links += chunk == Region.NONE ? 0 : MultisetHash.of(slab, chunk);
    }

    /**
     * Ends a slab.
     *
     * @param entries the number of its chunks that are entries.
     */
    public void end(int slab, int entries) {
        final int sizeClass = sizeClass(slab);
        possible &= pooled.get(slab) == (sizeClass == EntryDescriptor.FREE);
        if (sizeClass == EntryDescriptor.FREE) {
            return;
        }
        slabs[sizeClass]++;
        live[sizeClass] += entries;
        possible &= field(slab, SLAB_LIVE) == entries;
        addLink(slab, field(slab, SLAB_FREE_HEAD));
        if (allocator.isRun(sizeClass)) {
            final int first = field(slab, SLAB_PREVIOUS);
            possible &=
                    first > 0
                            && first <= slab
                            && slab < first + classes.slabsPerChunk(sizeClass)
                            && sizeClass(first) == sizeClass
                            && field(first, SLAB_PREVIOUS) == first
                            && entries == (slab == first ? 1 : 0)
                            && !partial.get(slab);
        } else {
            final boolean full = entries == classes.chunksPerSlab(sizeClass);
            possible &= entries > 0 && partial.get(slab) != full;
        }
    }

    /** Returns whether the tables agree with the chunks. */
    public boolean holds() {
        for (int c = 0; c < classes.count(); c++) {
            possible &= slabs[c] == allocator.slabs(c) && live[c] == allocator.live(c);
        }
        return possible && chunks == links;
    }

    private int field(int slab, int offset) {
        return region.getInt(allocator.slabRecord(slab) + offset);
    }
}
