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

/**
 * Allocates chunks of slabs. A slab belongs to one size class while it has live chunks, and returns
 * to the pool when the last one is freed. So memory never stays with a class that does not use it.
 *
 * <p>To take a slab from a class, the caller <em>drains</em> it. After {@link #startDraining} the
 * allocator hands out none of its chunks. The caller frees the chunks that {@link #nextToDrain}
 * returns, and then the slab is in the pool. One slab drains at a time. The caller may pause after
 * any chunk, or give up with {@link #stopDraining}.
 *
 * <p>A chunk that is larger than a slab is a run of neighbouring slabs. They leave the pool and
 * return to it together. Where there are runs, they are taken from the end of the region and slabs
 * from its beginning, so that neighbours stay free.
 *
 * <p>Invariants, which {@code SlabAudit} checks:
 *
 * <ul>
 *   <li>every slab is in the pool, or has a class and at least one live chunk, or belongs to a run;
 *   <li>a class's list holds exactly its slabs with a chunk to hand out, except a draining one;
 *   <li>each chunk that was handed out is either live or in its slab's free list.
 * </ul>
 *
 * <p>At every moment, class and {@code SLAB_FRESH} of a slab tell a later process which chunks have
 * a header, and the header whether the chunk is free. So a chunk is marked free before it counts as
 * handed out, nothing counts as handed out when a slab changes its class, and a run counts as
 * handed out only when all of its slabs have its class.
 *
 * <p>Guarded by the segment's lock. The number of steps of an operation does not depend on the
 * number of slabs, unless it looks for a run. Allocates nothing.
 */
public final class SlabAllocator {
    private static final int SPARSEST_LOOKS = 16;

    private final Region region;
    private final SizeClasses classes;
    private final int tables;
    private final int firstSlab;
    private final int slabBytes;
    private final int slabs;
    private final SlabVersions versions;

    /** The slab that left the pool last. */
    private int newest = Region.NONE;

    /**
     * Creates an allocator over a region whose tables are laid out or will be, by {@link #layOut}.
     *
     * @param tables the offset of the tables, which have {@link #tablesLength} bytes.
     * @param firstSlab the offset of the first slab.
     * @param slabs the number of slabs, which are contiguous.
     */
    public SlabAllocator(Region region, SizeClasses classes, int tables, int firstSlab, int slabs) {
        this.region = region;
        this.classes = classes;
        this.tables = tables;
        this.firstSlab = firstSlab;
        this.slabBytes = classes.slabBytes();
        this.slabs = slabs;
        this.versions = new SlabVersions(classes, tables, firstSlab);
    }

    /**
     * Puts every slab into the pool. The tables must be zeroed; the slabs' contents are ignored.
     */
    public void layOut() {
        for (int slab = slabs; slab > 0; slab--) {
            pool(slab);
        }
    }

    /**
     * Continues with tables that another allocator has written. The slab that left the pool last is
     * not known. Any slab may be taken for it, because it is only looked at when the pool is empty,
     * so that each slab has a live chunk.
     */
    public void attach() {
        newest = 1;
    }

    /** Returns the versions of the slabs, for all segments with the same layout. */
    public SlabVersions versions() {
        return versions;
    }

    /** Returns the bytes that the tables need. */
    public static int tablesLength(int classes, int slabs) {
        return SlabDescriptor.length(classes, slabs);
    }

    /**
     * Allocates a chunk from a slab of the class or from a slab of the pool.
     *
     * @param reserve the number of slabs to leave in the pool.
     * @return the chunk, or {@link Region#NONE} if there is none.
     */
    public int allocate(int sizeClass, int reserve) {
        if (isRun(sizeClass)) {
            final int first = pooledRun(classes.slabsPerChunk(sizeClass), reserve);
            return first == Region.NONE ? first : takeRun(first, sizeClass);
        }
        if (!hasFree(sizeClass, reserve)) {
            return Region.NONE;
        }
        if (region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD) == Region.NONE) {
            final int slab =
                    classes.longestRun() > 1 ? firstPooled() : region.getInt(tables + POOL_HEAD);
            unpool(slab, sizeClass);
            linkPartial(slab, sizeClass);
        }
        return takeFree(sizeClass);
    }

    /** Returns whether {@link #allocate} would find a chunk. */
    public boolean hasFree(int sizeClass, int reserve) {
        if (isRun(sizeClass)) {
            return pooledRun(classes.slabsPerChunk(sizeClass), reserve) != Region.NONE;
        }
        return region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD) != Region.NONE
                || pooledSlabs() > reserve;
    }

    /**
     * Returns whether a class has no free chunk, the pool holds just the reserve, and no slab is
     * draining.
     */
    public boolean isDry(int sizeClass, int reserve) {
        return region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD) == Region.NONE
                && pooledSlabs() == reserve
                && draining() == Region.NONE;
    }

    /**
     * Allocates a chunk from a slab that the class already has and that is not draining.
     *
     * @return the chunk, or {@link Region#NONE} if there is none.
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
            final int fresh = region.getInt(record + SLAB_FRESH);
            chunk = slabStart(slab) + fresh * classes.chunkBytes(sizeClass);
            // The chunk holds garbage until then.
            EntryDescriptor.markFree(region, chunk, Region.NONE);
            Region.storeFence();
            region.putInt(record + SLAB_FRESH, fresh + 1);
        } else {
            region.putInt(record + SLAB_FREE_HEAD, EntryDescriptor.nextFree(region, chunk));
        }
        region.addInt(record + SLAB_LIVE, 1);
        region.addInt(classRecord + CLASS_LIVE, 1);
        if (isFull(record, sizeClass)) {
            unlinkPartial(slab, sizeClass);
        }
        if (isLarge(sizeClass)) {
            versions.renew(region, slab);
        }
        return chunk;
    }

    /** Announces that an entry is replaced in its chunk, as if the chunk were handed out again. */
    public void recycle(int chunk) {
        if (isLarge(EntryDescriptor.sizeClass(region, chunk))) {
            versions.renew(region, slabOf(chunk));
        }
    }

    /** Returns whether the chunks of a class are large, so that their slabs' versions count. */
    public boolean isLarge(int sizeClass) {
        return classes.chunkBytes(sizeClass) >= SlabVersions.LARGE_CHUNK_BYTES;
    }

    /** Returns the class of the slab that contains a chunk. */
    public int sizeClassOf(int chunk) {
        return region.getInt(slabRecord(slabOf(chunk)) + SLAB_CLASS);
    }

    /** Returns whether the chunks of a class are runs of slabs. */
    public boolean isRun(int sizeClass) {
        return classes.slabsPerChunk(sizeClass) > 1;
    }

    /**
     * Returns the first of {@code length} neighbouring slabs of the pool, the last such ones.
     *
     * @param reserve the number of slabs to leave in the pool.
     */
    private int pooledRun(int length, int reserve) {
        if (pooledSlabs() < length + reserve) {
            return Region.NONE;
        }
        int found = 0;
        for (int slab = slabs; slab > 0; slab--) {
            found = sizeClassOfSlab(slab) == EntryDescriptor.FREE ? found + 1 : 0;
            if (found == length) {
                return slab;
            }
        }
        return Region.NONE;
    }

    /** Returns the first slab of the region that is in the pool. There must be one. */
    private int firstPooled() {
        int slab = 1;
        while (sizeClassOfSlab(slab) != EntryDescriptor.FREE) {
            slab++;
        }
        return slab;
    }

    private int takeRun(int first, int sizeClass) {
        final int length = classes.slabsPerChunk(sizeClass);
        for (int slab = first; slab < first + length; slab++) {
            unpool(slab, sizeClass);
            region.putInt(slabRecord(slab) + SLAB_LIVE, 0);
            region.putInt(slabRecord(slab) + SLAB_PREVIOUS, first);
        }
        region.putInt(slabRecord(first) + SLAB_LIVE, 1);
        EntryDescriptor.markFree(region, slabStart(first), Region.NONE);
        Region.storeFence();
        region.putInt(slabRecord(first) + SLAB_FRESH, 1);
        region.addInt(classRecord(sizeClass) + CLASS_LIVE, 1);
        newest = first;
        return slabStart(first);
    }

    private void freeRun(int first, int sizeClass) {
        final int length = classes.slabsPerChunk(sizeClass);
        if (first == draining()) {
            region.putInt(tables + DRAINING, Region.NONE);
        }
        // Readers of the entry look at the first slab's version, and the others may go first.
        versions.renew(region, first);
        EntryDescriptor.markFree(region, slabStart(first), Region.NONE);
        region.addInt(classRecord(sizeClass) + CLASS_LIVE, -1);
        region.addInt(classRecord(sizeClass) + CLASS_SLABS, -length);
        for (int slab = first + length - 1; slab >= first; slab--) {
            region.putInt(slabRecord(slab) + SLAB_LIVE, 0);
            pool(slab);
        }
    }

    /** Returns the class of a slab, or {@link EntryDescriptor#FREE} if it is in the pool. */
    public int sizeClassOfSlab(int slab) {
        return region.getInt(slabRecord(slab) + SLAB_CLASS);
    }

    /** Returns the chunk that a slab belongs to. The slab's class must have runs. */
    public int runOf(int slab) {
        return slabStart(region.getInt(slabRecord(slab) + SLAB_PREVIOUS));
    }

    /**
     * Returns a chunk of a slab by its number, from 0. A run is chunk 0 of its first slab.
     *
     * @return the chunk, live or free, or {@link Region#NONE} if the slab has not handed it out.
     */
    public int chunkOf(int slab, int number) {
        final int record = slabRecord(slab);
        final int sizeClass = region.getInt(record + SLAB_CLASS);
        return sizeClass == EntryDescriptor.FREE || number >= region.getInt(record + SLAB_FRESH)
                ? Region.NONE
                : slabStart(slab) + number * classes.chunkBytes(sizeClass);
    }

    /** Returns the number of live chunks of a slab. */
    public int liveIn(int slab) {
        return region.getInt(slabRecord(slab) + SLAB_LIVE);
    }

    /** Frees a chunk. */
    public void free(int chunk) {
        final int slab = slabOf(chunk);
        final int record = slabRecord(slab);
        final int sizeClass = region.getInt(record + SLAB_CLASS);
        if (isRun(sizeClass)) {
            freeRun(slab, sizeClass);
            return;
        }
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

    /** Returns the slab being drained, or {@link Region#NONE}. Needs no lock. */
    public int draining() {
        return region.getIntOpaque(tables + DRAINING);
    }

    /** Returns whether the slab that contains a chunk is being drained. */
    public boolean isDraining(int chunk) {
        return draining() != Region.NONE && draining() == slabOf(chunk);
    }

    /** Returns the class of the slab being drained. A slab must be draining. */
    public int drainingClass() {
        return region.getInt(slabRecord(draining()) + SLAB_CLASS);
    }

    /** Starts to drain a slab, which must have live chunks. No other slab may be draining. */
    public void startDraining(int slab) {
        final int record = slabRecord(slab);
        final int sizeClass = region.getInt(record + SLAB_CLASS);
        if (!isFull(record, sizeClass)) {
            unlinkPartial(slab, sizeClass);
        }
        region.putInt(tables + DRAINING, slab);
        region.putInt(tables + DRAIN_CURSOR, 0);
    }

    /** Stops draining. The slab keeps its class and its remaining chunks. */
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
     * Returns the slab of a class that is drained soonest: the one with the fewest live chunks
     * among the first few slabs with free chunks. If no slab has a free chunk, returns the slab of
     * the given chunk.
     */
    public int sparsest(int sizeClass, int chunk) {
        final int head = region.getInt(classRecord(sizeClass) + CLASS_PARTIAL_HEAD);
        return head == Region.NONE ? slabOf(chunk) : sparsestListed(sizeClass, head);
    }

    /**
     * Returns a slab of any class that is drained soon, for use when the pool is empty. It is the
     * slab that left the pool last, or one with fewer live chunks among the first few slabs with
     * free chunks of each class. The slab that left the pool last holds only chunks that were
     * allocated since.
     */
    public int sparsest() {
        int sparsest = newest;
        for (int c = 0; c < classes.count(); c++) {
            sparsest = sparsestListed(c, sparsest);
        }
        return sparsest;
    }

    /** Returns the sparsest of a given slab and the first slabs in a class's list. */
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
     * Returns the next live chunk of the slab being drained. The caller frees it before it calls
     * this again.
     *
     * @return a chunk; a draining slab always has one.
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

    /** Returns the number of live chunks of a class. */
    public int live(int sizeClass) {
        return region.getInt(classRecord(sizeClass) + CLASS_LIVE);
    }

    /** Returns the number of chunks in a class's slabs that are not live. */
    public int freeChunks(int sizeClass) {
        return isRun(sizeClass) ? 0 : slabs(sizeClass) * chunksPerSlab(sizeClass) - live(sizeClass);
    }

    /** Returns the number of slabs of a class. */
    public int slabs(int sizeClass) {
        return region.getInt(classRecord(sizeClass) + CLASS_SLABS);
    }

    /** Returns the number of slabs in the pool. */
    public int pooledSlabs() {
        return region.getInt(tables + POOL_SLABS);
    }

    /** Returns the bytes in all slabs of a class that belong to no live chunk. */
    public long freeBytes(int sizeClass) {
        return (long) slabs(sizeClass) * slabBytes
                - (long) live(sizeClass) * classes.chunkBytes(sizeClass);
    }

    Region region() {
        return region;
    }

    SizeClasses classes() {
        return classes;
    }

    /** Returns the number of slabs. They are numbered from 1. */
    public int slabCount() {
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

    /** Returns the number of chunks in a slab of a class. A run counts as one. */
    public int chunksPerSlab(int sizeClass) {
        return classes.chunksPerSlab(sizeClass);
    }

    private int slabOf(int chunk) {
        return (chunk - firstSlab) / slabBytes + 1;
    }

    private boolean isFull(int record, int sizeClass) {
        return region.getInt(record + SLAB_FREE_HEAD) == Region.NONE
                && region.getInt(record + SLAB_FRESH) == chunksPerSlab(sizeClass);
    }

    /** Empties the pool and the lists of the classes, for a recovery. */
    void emptyLists() {
        region.zero(tables, SlabDescriptor.classRecord(0, classes.count()));
    }

    void pool(int slab) {
        final int record = slabRecord(slab);
        region.putInt(record + SLAB_CLASS, EntryDescriptor.FREE);
        link(slab, tables + POOL_HEAD);
        region.addInt(tables + POOL_SLABS, 1);
    }

    private void unpool(int slab, int sizeClass) {
        final int record = slabRecord(slab);
        unlink(slab, tables + POOL_HEAD);
        region.addInt(tables + POOL_SLABS, -1);
        region.putInt(record + SLAB_FREE_HEAD, Region.NONE);
        region.putInt(record + SLAB_FRESH, 0);
        // The chunks of the class that the slab had before are no chunks of this one.
        Region.storeFence();
        region.putInt(record + SLAB_CLASS, sizeClass);
        region.addInt(classRecord(sizeClass) + CLASS_SLABS, 1);
        newest = slab;
        versions.renew(region, slab);
    }

    void linkPartial(int slab, int sizeClass) {
        link(slab, classRecord(sizeClass) + CLASS_PARTIAL_HEAD);
    }

    private void unlinkPartial(int slab, int sizeClass) {
        unlink(slab, classRecord(sizeClass) + CLASS_PARTIAL_HEAD);
    }

    /** Links a slab at the head of a list, whose head is in the word at {@code list}. */
    private void link(int slab, int list) {
        final int record = slabRecord(slab);
        final int head = region.getInt(list);
        region.putInt(record + SLAB_PREVIOUS, Region.NONE);
        region.putInt(record + SLAB_NEXT, head);
        if (head != Region.NONE) {
            region.putInt(slabRecord(head) + SLAB_PREVIOUS, slab);
        }
        region.putInt(list, slab);
    }

    private void unlink(int slab, int list) {
        final int record = slabRecord(slab);
        final int previous = region.getInt(record + SLAB_PREVIOUS);
        final int next = region.getInt(record + SLAB_NEXT);
        if (previous == Region.NONE) {
            region.putInt(list, next);
        } else {
            region.putInt(slabRecord(previous) + SLAB_NEXT, next);
        }
        if (next != Region.NONE) {
            region.putInt(slabRecord(next) + SLAB_PREVIOUS, previous);
        }
    }
}
