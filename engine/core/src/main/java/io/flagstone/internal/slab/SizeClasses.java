// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

import io.flagstone.internal.entry.EntryDescriptor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.agrona.BitUtil;

/**
 * The chunk sizes for slabs of one size, smallest first. The last is a whole slab or, if entries
 * may be larger than a slab, a run of slabs.
 *
 * <p>Without a sample (see {@link SlabPlan}), sizes grow by 8 bytes up to 192, by a sixteenth up to
 * 768, then by a tenth. Each size is raised to the largest that cuts a slab into the same number of
 * chunks. For example, every size between a third and a half of a slab gives two chunks, so only
 * the half is useful. So no class wastes much of the end of its slabs.
 *
 * <p>An entry larger than a slab takes a run: as many neighbouring slabs as it needs. There is a
 * class for each length of a run. So the largest entry does not determine the length of a slab, and
 * slabs can be short. Short slabs leave less memory in the partly filled slabs of many classes.
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

    /** The most slabs of an entry. */
    public static final int MAX_RUN = 16;

    private static final int STEP = 8;
    private static final int FINE_LIMIT = 192;
    private static final int MEDIUM_LIMIT = 768;
    private static final int MEDIUM_DIVISOR = 16;
    private static final int GROWTH_DIVISOR = 10;
    private static final int SPILL_DIVISOR = 8;
    private static final int TABLE_LIMIT = 1024;
    private static final int TABLE_SHIFT = 3;
    private static final long FINGERPRINT_FACTOR = 0x9E37_79B9_7F4A_7C15L;

    private final int slabBytes;
    private final int maxEntryBytes;
    private final int[] chunkBytes;
    private final byte[] slabsPerChunk;
    private final byte[] table;
    private final byte[] spillLimits;

    /**
     * Creates the classes for entries up to a slab.
     *
     * @param slabBytes the size of a slab, a multiple of 64 from {@link #MIN_SLAB_BYTES}.
     */
    public SizeClasses(int slabBytes) {
        this(slabBytes, slabBytes);
    }

    /**
     * Creates the classes for entries up to a given size.
     *
     * @param slabBytes the size of a slab, a multiple of 64 from {@link #MIN_SLAB_BYTES}.
     * @param maxEntryBytes the largest entry with its header, at most {@link #MAX_RUN} slabs.
     */
    public SizeClasses(int slabBytes, int maxEntryBytes) {
        this(slabBytes, spread(slabBytes), maxEntryBytes);
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
        this(slabBytes, sizes, slabBytes);
    }

    /**
     * Creates the classes that {@link #chunkBytes()} of other classes returned.
     *
     * @param slabBytes the size of a slab.
     * @param maxEntryBytes the largest entry with its header.
     * @param chunkBytes the chunk sizes of all classes.
     */
    public static SizeClasses ofChunks(int slabBytes, int maxEntryBytes, int[] chunkBytes) {
        final int[] sizes = Arrays.stream(chunkBytes).filter(one -> one <= slabBytes).toArray();
        return new SizeClasses(slabBytes, sizes, maxEntryBytes);
    }

    private SizeClasses(int slabBytes, int[] sizes, int maxEntryBytes) {
        this.slabBytes = slabBytes;
        this.maxEntryBytes = maxEntryBytes;
        final int longest = (int) (((long) maxEntryBytes + slabBytes - 1) / slabBytes);
        chunkBytes =
                IntStream.concat(
                                Arrays.stream(sizes)
                                        .map(size -> raised(size, slabBytes))
                                        .distinct(),
                                IntStream.rangeClosed(2, longest).map(slabs -> slabs * slabBytes))
                        .toArray();
        slabsPerChunk = new byte[chunkBytes.length];
        for (int c = 0; c < chunkBytes.length; c++) {
            slabsPerChunk[c] = (byte) Math.max(1, chunkBytes[c] / slabBytes);
        }
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
            size = chunk + Math.max(STEP, growth(chunk));
            size = BitUtil.align(size, EntryDescriptor.ALIGNMENT);
        }
        sizes[count++] = slabBytes;
        return Arrays.copyOf(sizes, count);
    }

    private static int growth(int chunkBytes) {
        if (chunkBytes < FINE_LIMIT) {
            return 0;
        }
        return chunkBytes / (chunkBytes < MEDIUM_LIMIT ? MEDIUM_DIVISOR : GROWTH_DIVISOR);
    }

    /** Returns the number of classes. */
    public int count() {
        return chunkBytes.length;
    }

    /** Returns the chunk sizes of all classes. */
    public int[] chunkBytes() {
        return chunkBytes.clone();
    }

    /** Returns the chunk size of a class in bytes. */
    public int chunkBytes(int sizeClass) {
        return chunkBytes[sizeClass];
    }

    /** Returns the size of a slab. */
    public int slabBytes() {
        return slabBytes;
    }

    /** Returns the largest entry, with its header. The largest chunk may be larger. */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }

    /** Returns the number of neighbouring slabs of a chunk: 1, or more if it is a run. */
    public int slabsPerChunk(int sizeClass) {
        return slabsPerChunk[sizeClass];
    }

    /** Returns the number of chunks in a slab of a class. A run counts as one. */
    public int chunksPerSlab(int sizeClass) {
        return Math.max(1, slabBytes / chunkBytes[sizeClass]);
    }

    /** Returns the most slabs of a chunk: 1 if there are no runs. */
    public int longestRun() {
        return slabsPerChunk[slabsPerChunk.length - 1];
    }

    /**
     * Returns the smallest class whose chunk holds {@code bytes}, at most {@link #maxEntryBytes}.
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

    /** Returns a hash of the sizes. Other classes have another one, with near certainty. */
    public long fingerprint() {
        long hash = maxEntryBytes;
        for (final int bytes : chunkBytes) {
            hash = (hash ^ bytes) * FINGERPRINT_FACTOR;
            hash ^= hash >>> Integer.SIZE;
        }
        return hash;
    }

    private int search(int bytes) {
        final int found = Arrays.binarySearch(chunkBytes, bytes);
        return found >= 0 ? found : ~found;
    }
}
