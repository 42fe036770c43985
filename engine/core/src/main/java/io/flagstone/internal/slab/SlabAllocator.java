// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static io.flagstone.internal.slab.SlabDescriptor.CLASS_LIVE;
import static io.flagstone.internal.slab.SlabDescriptor.CLASS_PARTIAL_HEAD;
import static io.flagstone.internal.slab.SlabDescriptor.CLASS_SLABS;
import static io.flagstone.internal.slab.SlabDescriptor.DRAINING;
import static io.flagstone.internal.slab.SlabDescriptor.DRAIN_CURSOR;
import static io.flagstone.internal.slab.SlabDescriptor.POOL_HEAD;
import static io.flagstone.internal.slab.SlabDescriptor.POOL_SLABS;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_CLASS;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_FREE_HEAD;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_FRESH;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_LIVE;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_NEXT;
import static io.flagstone.internal.slab.SlabDescriptor.SLAB_PREVIOUS;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import java.util.BitSet;

/**
 * Hands out chunks of slabs. A slab belongs to one size class while any chunk of it is live, and
 * goes back to the pool with its last one, so memory never stays with a class that does not use it.
 *
 * <p>To take a slab from a class, its owner <em>drains</em> it: from {@link #startDraining} on none
 * of its chunks is handed out, and once the owner has freed those that {@link #nextToDrain} names
 * it is in the pool. One slab drains at a time; the work can rest after any chunk and resume, or
 * end with {@link #stopDraining}.
 *
 * <p>Invariants, which {@link #audit} checks:
 *
 * <ul>
 *   <li>every slab is in the pool, or has a class and at least one live chunk;
 *   <li>a class's list holds exactly its slabs with a chunk to hand out, but for a draining one;
 *   <li>of the chunks handed out, each is live or in its slab's free list, and none is both.
 * </ul>
 *
 * <p>Guarded by the segment's lock. Every operation takes a number of steps that does not depend on
 * how many slabs there are, and allocates nothing.
 */
public final class SlabAllocator {
    private static final int SPARSEST_LOOKS = 16;

    private final Region region;
    private final SizeClasses classes;
    private final int tables;
    private final int firstSlab;
    private final int slabBytes;
    private final int slabs;

    /** The slab that left the pool last. */
    private int newest = Region.NONE;

    /**
     * Lays the tables and the slabs over a region.
     *
     * @param tables where the tables start, {@link #tablesLength} long.
     * @param firstSlab where the first slab starts.
     * @param slabs how many slabs follow one another.
     */
    public SlabAllocator(Region region, SizeClasses classes, int tables, int firstSlab, int slabs) {
        this.region = region;
        this.classes = classes;
        this.tables = tables;
        this.firstSlab = firstSlab;
        this.slabBytes = classes.maxChunkBytes();
        this.slabs = slabs;
        layOut();
    }

    /** Puts every slab into the pool, over zeroed tables; what the slabs hold is garbage then. */
    public void layOut() {
        for (int slab = slabs; slab > 0; slab--) {
            pool(slab);
        }
    }

    /** The bytes that the tables need. */
    public static int tablesLength(int classes, int slabs) {
        return SlabDescriptor.length(classes, slabs);
    }

    /**
     * Takes a chunk of a slab of the class, or of one from the pool.
     *
     * @param reserve how many slabs to leave in the pool.
     * @return the chunk, or {@link Region#NONE} if there is none to be had.
     */
    public int allocate(int sizeClass, int reserve) {
        if (!hasFree(sizeClass, reserve)) {
            return Region.NONE;
        }
        if (region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD) == Region.NONE) {
            unpool(region.getInt(tables + POOL_HEAD), sizeClass);
        }
        return takeFree(sizeClass);
    }

    /** Whether {@link #allocate} would find a chunk. */
    public boolean hasFree(int sizeClass, int reserve) {
        return region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD) != Region.NONE
                || pooledSlabs() > reserve;
    }

    /**
     * Takes a chunk of a slab that the class has already and that is not draining.
     *
     * @return the chunk, or {@link Region#NONE} if all are taken.
     */
    public int takeFree(int sizeClass) {
        final int classRecord = classRecord(sizeClass);
        final int slab = region.getInt(classRecord + CLASS_PARTIAL_HEAD);
        if (slab == Region.NONE) {
            return Region.NONE;
        }
        final int record = slabRecord(slab);
        int chunk = region.getInt(record + SLAB_FREE_HEAD);
        if (chunk == Region.NONE) {
            final int fresh = region.addInt(record + SLAB_FRESH, 1) - 1;
            chunk = slabStart(slab) + fresh * classes.chunkBytes(sizeClass);
        } else {
            region.putInt(record + SLAB_FREE_HEAD, EntryDescriptor.nextFree(region, chunk));
        }
        region.addInt(record + SLAB_LIVE, 1);
        region.addInt(classRecord + CLASS_LIVE, 1);
        if (isFull(record, sizeClass)) {
            unlinkPartial(slab, sizeClass);
        }
        return chunk;
    }

    /** The class of the slab that a chunk lies in. */
    public int sizeClassOf(int chunk) {
        return region.getInt(slabRecord(slabOf(chunk)) + SLAB_CLASS);
    }

    /** Gives a chunk back. */
    public void free(int chunk) {
        final int slab = slabOf(chunk);
        final int record = slabRecord(slab);
        final int sizeClass = region.getInt(record + SLAB_CLASS);
        final boolean draining = slab == draining();
        final boolean wasListed = !draining && !isFull(record, sizeClass);

        EntryDescriptor.markFree(region, chunk, region.getInt(record + SLAB_FREE_HEAD));
        region.putInt(record + SLAB_FREE_HEAD, chunk);
        region.addInt(classRecord(sizeClass) + CLASS_LIVE, -1);
        final int live = region.addInt(record + SLAB_LIVE, -1);

        if (live == 0) {
            if (wasListed) {
                unlinkPartial(slab, sizeClass);
            }
            if (draining) {
                region.putInt(tables + DRAINING, Region.NONE);
            }
            region.addInt(classRecord(sizeClass) + CLASS_SLABS, -1);
            pool(slab);
        } else if (!wasListed && !draining) {
            linkPartial(slab, sizeClass);
        }
    }

    /** The slab being drained, or {@link Region#NONE}; may be asked without the lock. */
    public int draining() {
        return region.getIntOpaque(tables + DRAINING);
    }

    /** The class of the slab being drained; there must be one. */
    public int drainingClass() {
        return region.getInt(slabRecord(draining()) + SLAB_CLASS);
    }

    /** Starts to drain a slab that has live chunks; no other may be draining. */
    public void startDraining(int slab) {
        final int record = slabRecord(slab);
        final int sizeClass = region.getInt(record + SLAB_CLASS);
        if (!isFull(record, sizeClass)) {
            unlinkPartial(slab, sizeClass);
        }
        region.putInt(tables + DRAINING, slab);
        region.putInt(tables + DRAIN_CURSOR, 0);
    }

    /** Lets the slab being drained be used again as it is. */
    public void stopDraining() {
        final int slab = draining();
        final int record = slabRecord(slab);
        final int sizeClass = region.getInt(record + SLAB_CLASS);
        region.putInt(tables + DRAINING, Region.NONE);
        if (!isFull(record, sizeClass)) {
            linkPartial(slab, sizeClass);
        }
    }

    /**
     * The slab of a class that is soonest drained: of those with free chunks, as far as it looks,
     * the one with the fewest live ones; the slab of a given chunk where none has any.
     */
    public int sparsest(int sizeClass, int chunk) {
        final int head = region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD);
        return head == Region.NONE ? slabOf(chunk) : sparsestListed(sizeClass, head);
    }

    /**
     * A slab of any class that is soon drained, for when the pool is empty: the one that left the
     * pool last, or one with fewer live chunks among those with free ones, of which it looks at a
     * few in each class. The one that left the pool last holds no more than what was allocated
     * since.
     */
    public int sparsest() {
        int sparsest = newest;
        for (int c = 0; c < classes.count(); c++) {
            sparsest = sparsestListed(c, sparsest);
        }
        return sparsest;
    }

    /** The sparsest of a given slab and those at the head of a class's list. */
    private int sparsestListed(int sizeClass, int given) {
        int sparsest = given;
        int slab = region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD);
        for (int i = 0; i < SPARSEST_LOOKS && slab != Region.NONE; i++) {
            sparsest = sparser(sparsest, slab);
            slab = region.getInt(slabRecord(slab) + SLAB_NEXT);
        }
        return sparsest;
    }

    private int sparser(int slab, int other) {
        return region.getInt(slabRecord(other) + SLAB_LIVE)
                        < region.getInt(slabRecord(slab) + SLAB_LIVE)
                ? other
                : slab;
    }

    /**
     * The next live chunk of the slab being drained, which its owner frees before it asks again.
     *
     * @return a chunk; there is one for as long as a slab is draining.
     */
    public int nextToDrain() {
        final int slab = draining();
        final int chunkBytes = classes.chunkBytes(region.getInt(slabRecord(slab) + SLAB_CLASS));
        int cursor = region.getInt(tables + DRAIN_CURSOR);
        int chunk = slabStart(slab) + cursor * chunkBytes;
        while (EntryDescriptor.sizeClass(region, chunk) == EntryDescriptor.FREE) {
            chunk += chunkBytes;
            cursor++;
        }
        region.putInt(tables + DRAIN_CURSOR, cursor);
        return chunk;
    }

    /** The live chunks of a class. */
    public int live(int sizeClass) {
        return region.getInt(classRecord(sizeClass) + CLASS_LIVE);
    }

    /** The chunks of a class's slabs that are not live. */
    public int freeChunks(int sizeClass) {
        return slabs(sizeClass) * chunksPerSlab(sizeClass) - live(sizeClass);
    }

    /** The slabs of a class. */
    public int slabs(int sizeClass) {
        return region.getInt(classRecord(sizeClass) + CLASS_SLABS);
    }

    /** The slabs in the pool. */
    public int pooledSlabs() {
        return region.getInt(tables + POOL_SLABS);
    }

    /** The bytes of all slabs of a class that hold no live chunk. */
    public long freeBytes(int sizeClass) {
        return (long) slabs(sizeClass) * slabBytes
                - (long) live(sizeClass) * classes.chunkBytes(sizeClass);
    }

    /**
     * Walks the pool, the classes' lists and every slab's chunks.
     *
     * @return the live chunks: bit i stands for the one at offset {@code 8 * i}.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public BitSet audit() {
        return new SlabAudit(region, classes, this).run();
    }

    int slabCount() {
        return slabs;
    }

    int poolHead() {
        return region.getInt(tables + POOL_HEAD);
    }

    int slabStart(int slab) {
        return firstSlab + (slab - 1) * slabBytes;
    }

    int slabRecord(int slab) {
        return SlabDescriptor.slabRecord(tables, classes.count(), slab);
    }

    int classRecord(int sizeClass) {
        return SlabDescriptor.classRecord(tables, sizeClass);
    }

    /** The chunks that a slab is cut into for a class. */
    public int chunksPerSlab(int sizeClass) {
        return classes.maxChunkBytes() / classes.chunkBytes(sizeClass);
    }

    private int slabOf(int chunk) {
        return (chunk - firstSlab) / slabBytes + 1;
    }

    private boolean isFull(int record, int sizeClass) {
        return region.getInt(record + SLAB_FREE_HEAD) == Region.NONE
                && region.getInt(record + SLAB_FRESH) == chunksPerSlab(sizeClass);
    }

    private void pool(int slab) {
        final int record = slabRecord(slab);
        region.putInt(record + SLAB_CLASS, EntryDescriptor.FREE);
        region.putInt(record + SLAB_NEXT, region.getInt(tables + POOL_HEAD));
        region.putInt(tables + POOL_HEAD, slab);
        region.addInt(tables + POOL_SLABS, 1);
    }

    private void unpool(int slab, int sizeClass) {
        final int record = slabRecord(slab);
        region.putInt(tables + POOL_HEAD, region.getInt(record + SLAB_NEXT));
        region.addInt(tables + POOL_SLABS, -1);
        region.putInt(record + SLAB_CLASS, sizeClass);
        region.putInt(record + SLAB_FREE_HEAD, Region.NONE);
        region.putInt(record + SLAB_FRESH, 0);
        region.addInt(classRecord(sizeClass) + CLASS_SLABS, 1);
        linkPartial(slab, sizeClass);
        newest = slab;
    }

    private void linkPartial(int slab, int sizeClass) {
        final int classRecord = classRecord(sizeClass);
        final int record = slabRecord(slab);
        final int head = region.getInt(classRecord + CLASS_PARTIAL_HEAD);
        region.putInt(record + SLAB_PREVIOUS, Region.NONE);
        region.putInt(record + SLAB_NEXT, head);
        if (head != Region.NONE) {
            region.putInt(slabRecord(head) + SLAB_PREVIOUS, slab);
        }
        region.putInt(classRecord + CLASS_PARTIAL_HEAD, slab);
    }

    private void unlinkPartial(int slab, int sizeClass) {
        final int record = slabRecord(slab);
        final int previous = region.getInt(record + SLAB_PREVIOUS);
        final int next = region.getInt(record + SLAB_NEXT);
        if (previous == Region.NONE) {
            region.putInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD, next);
        } else {
            region.putInt(slabRecord(previous) + SLAB_NEXT, next);
        }
        if (next != Region.NONE) {
            region.putInt(slabRecord(next) + SLAB_PREVIOUS, previous);
        }
    }
}
