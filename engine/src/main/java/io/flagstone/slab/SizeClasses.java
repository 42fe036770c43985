package io.flagstone.slab;

import io.flagstone.entry.EntryDescriptor;
import java.util.Arrays;
import org.agrona.BitUtil;

/**
 * The chunk sizes that slabs of one size are cut into, smallest first; the last is a whole slab.
 *
 * <p>Sizes grow by 8 bytes up to 192, then by a tenth. Each is raised to the largest that still
 * cuts a slab into as many chunks: between a third and a half of a slab every size gives two
 * chunks, so only the half is worth having. So no class leaves much of its slab's end uncut.
 *
 * <p>Immutable; look-ups allocate nothing and take a table step for small sizes, a binary search
 * for the others.
 */
public final class SizeClasses {
    /** The smallest chunk: a header and a key. */
    public static final int MIN_CHUNK_BYTES = EntryDescriptor.HEADER_LENGTH + 8;

    private static final int STEP = 8;
    private static final int FINE_LIMIT = 192;
    private static final int GROWTH_DIVISOR = 10;
    private static final int TABLE_LIMIT = 1024;
    private static final int TABLE_SHIFT = 3;

    private final int[] chunkBytes;
    private final byte[] table;

    /** The classes for slabs of {@code slabBytes}, a power of two from 1 KiB. */
    public SizeClasses(int slabBytes) {
        final int[] sizes = new int[EntryDescriptor.MAX_SIZE_CLASSES];
        int count = 0;
        int size = MIN_CHUNK_BYTES;
        while (slabBytes / size > 1) {
            final int chunk = slabBytes / (slabBytes / size) & -EntryDescriptor.ALIGNMENT;
            sizes[count++] = chunk;
            size = chunk + Math.max(STEP, chunk < FINE_LIMIT ? 0 : chunk / GROWTH_DIVISOR);
            size = BitUtil.align(size, EntryDescriptor.ALIGNMENT);
        }
        sizes[count++] = slabBytes;
        chunkBytes = Arrays.copyOf(sizes, count);

        table = new byte[(Math.min(TABLE_LIMIT, slabBytes) >>> TABLE_SHIFT) + 1];
        for (int i = 0; i < table.length; i++) {
            table[i] = (byte) search(i << TABLE_SHIFT);
        }
    }

    /** How many classes there are. */
    public int count() {
        return chunkBytes.length;
    }

    /** The chunk of a class. */
    public int chunkBytes(int sizeClass) {
        return chunkBytes[sizeClass];
    }

    /** The largest chunk: one slab. */
    public int maxChunkBytes() {
        return chunkBytes[chunkBytes.length - 1];
    }

    /** The smallest class whose chunk holds {@code bytes}, at most {@link #maxChunkBytes}. */
    public int classFor(int bytes) {
        final int index = bytes + (1 << TABLE_SHIFT) - 1 >>> TABLE_SHIFT;
        return index < table.length ? table[index] : search(bytes);
    }

    private int search(int bytes) {
        final int found = Arrays.binarySearch(chunkBytes, bytes);
        return found >= 0 ? found : ~found;
    }
}
