// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import static io.flagstone.internal.slab.SlabDescriptor.SLAB_VERSION;

import io.flagstone.internal.memory.Region;

/**
 * The versions of the slabs of one layout. They tell a reader of a large value whether the chunk
 * that it copies from was written to meanwhile.
 *
 * <p>The segment's version changes with every write to any key. The copy of a large value takes
 * long, so beside a busy writer it would nearly always be torn by that version. A slab of large
 * chunks has few of them, so its version changes seldom.
 *
 * <p>The version of a slab is odd while a large value in it is written in place. It also changes
 * before the first write to a chunk that was handed out, if the chunk is large or the slab has just
 * come to its class. Nothing else writes to the value of a large chunk: a freed chunk keeps its
 * bytes until it is handed out again, and a moved entry leaves a copy behind. An entry that takes a
 * run of slabs has the version of the first, which therefore also changes when the run is freed.
 *
 * <p>A version returns to an earlier value only if the tables are laid out afresh, which a reader
 * has to notice by other means.
 *
 * <p>The methods that change a version need the segment's lock; the others need none. Allocates
 * nothing.
 */
public final class SlabVersions {
    /** The smallest chunk of a large value, in bytes. */
    public static final int LARGE_CHUNK_BYTES = 1 << 13;

    private final int tables;
    private final int classes;
    private final int firstSlab;
    private final int slabBytes;

    SlabVersions(SizeClasses classes, int tables, int firstSlab) {
        this.tables = tables;
        this.classes = classes.count();
        this.firstSlab = firstSlab;
        this.slabBytes = classes.slabBytes();
    }

    /** Returns the version of the slab that contains a chunk. Has opaque order. */
    public int read(Region region, int chunk) {
        return region.getIntOpaque(word(chunk));
    }

    /** Returns whether a large value in the slab is being written in place. */
    public static boolean isOdd(int version) {
        return (version & 1) != 0;
    }

    /** Makes the version odd before a large value is written in place. */
    public void beginWrite(Region region, int chunk) {
        region.putInt(word(chunk), read(region, chunk) | 1);
        // No reader may see bytes of the write before the odd version.
        Region.storeFence();
    }

    /** Makes the version even, and different from any before. */
    public void endWrite(Region region, int chunk) {
        // No reader may see the even version before the bytes of the write.
        Region.storeFence();
        region.putInt(word(chunk), (read(region, chunk) | 1) + 1);
    }

    /** Changes the version before a chunk that was handed out is written to. */
    void renew(Region region, int slab) {
        final int word = SlabDescriptor.slabRecord(tables, classes, slab) + SLAB_VERSION;
        region.putInt(word, (region.getInt(word) | 1) + 1);
        // No reader may see bytes of the new entry before the new version.
        Region.storeFence();
    }

    private int word(int chunk) {
        final int slab = (chunk - firstSlab) / slabBytes + 1;
        return SlabDescriptor.slabRecord(tables, classes, slab) + SLAB_VERSION;
    }
}
