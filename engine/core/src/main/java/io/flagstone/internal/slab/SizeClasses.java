// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import io.flagstone.internal.entry.EntryDescriptor;
import java.util.Arrays;
import org.agrona.BitUtil;

/**
 * The chunk sizes for slabs of one size, smallest first. The last is a whole slab.
 *
 * <p>Without a sample (see {@link SlabPlan}), sizes grow by 8 bytes up to 192, then by a tenth.
 * Each size is raised to the largest that cuts a slab into the same number of chunks. For example,
 * every size between a third and a half of a slab gives two chunks, so only the half is useful. So
 * no class wastes much of the end of its slabs.
 *
 * <p>Immutable. A lookup allocates nothing. It takes one table access for small sizes and a binary
 * search for others.
 */
public final class SizeClasses {
    /** The smallest chunk: a header and a key. */
    public static final int MIN_CHUNK_BYTES = EntryDescriptor.HEADER_LENGTH + 8;

    /** The smallest slab. */
    public static final int MIN_SLAB_BYTES = 1 << 10;

    /** The largest slab. */
    public static final int MAX_SLAB_BYTES = 1 << 24;

    private static final int STEP = 8;
    private static final int FINE_LIMIT = 192;
    private static final int GROWTH_DIVISOR = 10;
    private static final int SPILL_DIVISOR = 8;
    private static final int TABLE_LIMIT = 1024;
    private static final int TABLE_SHIFT = 3;

    private final int[] chunkBytes;
    private final byte[] table;
    private final byte[] spillLimits;

    /**
     * Creates the classes for entries of any size.
     *
     * @param slabBytes the size of a slab, a multiple of 64 from {@link #MIN_SLAB_BYTES}.
     */
    public SizeClasses(int slabBytes) {
        this(slabBytes, spread(slabBytes));
    }

    /**
     * Creates classes of the given sizes.
     *
     * @param slabBytes the size of a slab, a multiple of 64 from {@link #MIN_SLAB_BYTES}.
     * @param sizes multiples of 8 in ascending order, the first at least {@link #MIN_CHUNK_BYTES},
     *     the last {@code slabBytes}; each is raised to the largest that cuts a slab into the same
     *     number of chunks.
     */
    SizeClasses(int slabBytes, int[] sizes) {
        chunkBytes = Arrays.stream(sizes).map(size -> raised(size, slabBytes)).distinct().toArray();
        spillLimits = new byte[chunkBytes.length];
        for (int c = 0; c < chunkBytes.length; c++) {
            final int found = search(chunkBytes[c] + chunkBytes[c] / SPILL_DIVISOR + 1);
            spillLimits[c] = (byte) (found - 1);
        }
        table = new byte[(Math.min(TABLE_LIMIT, slabBytes) >>> TABLE_SHIFT) + 1];
        for (int i = 0; i < table.length; i++) {
            table[i] = (byte) search(i << TABLE_SHIFT);
        }
    }

    /** Returns the largest chunk that cuts a slab into as many chunks as this size does. */
    private static int raised(int size, int slabBytes) {
        return slabBytes / (slabBytes / size) & -EntryDescriptor.ALIGNMENT;
    }

    private static int[] spread(int slabBytes) {
        final int[] sizes = new int[EntryDescriptor.MAX_SIZE_CLASSES];
        int count = 0;
        int size = MIN_CHUNK_BYTES;
        while (slabBytes / size > 1) {
            final int chunk = raised(size, slabBytes);
            sizes[count++] = chunk;
            size = chunk + Math.max(STEP, chunk < FINE_LIMIT ? 0 : chunk / GROWTH_DIVISOR);
            size = BitUtil.align(size, EntryDescriptor.ALIGNMENT);
        }
        sizes[count++] = slabBytes;
        return Arrays.copyOf(sizes, count);
    }

    /** Returns the number of classes. */
    public int count() {
        return chunkBytes.length;
    }

    /** Returns the chunk size of a class in bytes. */
    public int chunkBytes(int sizeClass) {
        return chunkBytes[sizeClass];
    }

    /** Returns the largest chunk size: a whole slab. */
    public int maxChunkBytes() {
        return chunkBytes[chunkBytes.length - 1];
    }

    /**
     * Returns the smallest class whose chunk holds {@code bytes}, at most {@link #maxChunkBytes}.
     */
    public int classFor(int bytes) {
        final int index = bytes + (1 << TABLE_SHIFT) - 1 >>> TABLE_SHIFT;
        return index < table.length ? table[index] : search(bytes);
    }

    /**
     * Returns the largest class to use for an entry if its own class is full. Its chunk is at most
     * an eighth larger.
     */
    public int spillLimit(int sizeClass) {
        return spillLimits[sizeClass];
    }

    private int search(int bytes) {
        final int found = Arrays.binarySearch(chunkBytes, bytes);
        return found >= 0 ? found : ~found;
    }
}
