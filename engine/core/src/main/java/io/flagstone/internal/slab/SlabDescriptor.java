// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

/**
 * The layout of the slab tables: one header, one record per size class, one record per slab.
 *
 * <pre>
 *  +--------+-------+---------------+----------------------------+
 *  | offset | bytes | header        |                            |
 *  +--------+-------+---------------+----------------------------+
 *  |      0 |     4 | POOL_HEAD     | the first slab of the pool |
 *  |      4 |     4 | POOL_SLABS    | slabs in the pool          |
 *  |      8 |     4 | DRAINING      | the slab being drained     |
 *  |     12 |     4 | DRAIN_CURSOR  | its chunk to look at next  |
 *  +--------+-------+---------------+----------------------------+
 *  |     16 |       | HEADER_LENGTH |                            |
 *  +--------+-------+---------------+----------------------------+
 *
 *  +--------+-------+--------------------+-----------------------------------------+
 *  | offset | bytes | size class record  |                                         |
 *  +--------+-------+--------------------+-----------------------------------------+
 *  |      0 |     4 | CLASS_PARTIAL_HEAD | the first slab with a chunk to hand out |
 *  |      4 |     4 | CLASS_SLABS        | slabs of the class                      |
 *  |      8 |     4 | CLASS_LIVE         | live chunks in them                     |
 *  |     12 |     4 | unused             |                                         |
 *  +--------+-------+--------------------+-----------------------------------------+
 *  |     16 |       | CLASS_LENGTH       |                                         |
 *  +--------+-------+--------------------+-----------------------------------------+
 *
 *  +--------+-------+----------------+-----------------------------------------------+
 *  | offset | bytes | slab record    |                                               |
 *  +--------+-------+----------------+-----------------------------------------------+
 *  |      0 |     4 | SLAB_CLASS     | 127 in the pool                               |
 *  |      4 |     4 | SLAB_LIVE      | live chunks                                   |
 *  |      8 |     4 | SLAB_FREE_HEAD | the first free chunk                          |
 *  |     12 |     4 | SLAB_FRESH     | chunks handed out at least once               |
 *  |     16 |     4 | SLAB_PREVIOUS  | the previous slab in the list; a run's first  |
 *  |     20 |     4 | SLAB_NEXT      | the next slab in the class's list or the pool |
 *  |     24 |     4 | SLAB_VERSION   | see SlabVersions                              |
 *  +--------+-------+----------------+-----------------------------------------------+
 *  |     28 |       | SLAB_LENGTH    |                                               |
 *  +--------+-------+----------------+-----------------------------------------------+
 * </pre>
 *
 * <p>Slabs are numbered from 1, so 0 means none. {@code SLAB_PREVIOUS} and {@code SLAB_NEXT} link a
 * slab into its class's list of slabs with a chunk to hand out, or into the pool. {@code
 * SLAB_FRESH} counts the chunks that were handed out at least once since the slab came to its
 * class. Chunks after them hold garbage. Those before are live or in the free list.
 *
 * <p>The slabs of a run all have its class, and {@code SLAB_PREVIOUS} is the number of the first.
 * {@code SLAB_LIVE} and {@code SLAB_FRESH} are 1 in the first and 0 in the others.
 */
final class SlabDescriptor {
    static final int POOL_HEAD = 0;
    static final int POOL_SLABS = POOL_HEAD + Integer.BYTES;
    static final int DRAINING = POOL_SLABS + Integer.BYTES;
    static final int DRAIN_CURSOR = DRAINING + Integer.BYTES;
    static final int HEADER_LENGTH = DRAIN_CURSOR + Integer.BYTES;

    static final int CLASS_PARTIAL_HEAD = 0;
    static final int CLASS_SLABS = CLASS_PARTIAL_HEAD + Integer.BYTES;
    static final int CLASS_LIVE = CLASS_SLABS + Integer.BYTES;
    static final int CLASS_LENGTH = CLASS_LIVE + 2 * Integer.BYTES;

    static final int SLAB_CLASS = 0;
    static final int SLAB_LIVE = SLAB_CLASS + Integer.BYTES;
    static final int SLAB_FREE_HEAD = SLAB_LIVE + Integer.BYTES;
    static final int SLAB_FRESH = SLAB_FREE_HEAD + Integer.BYTES;
    static final int SLAB_PREVIOUS = SLAB_FRESH + Integer.BYTES;
    static final int SLAB_NEXT = SLAB_PREVIOUS + Integer.BYTES;
    static final int SLAB_VERSION = SLAB_NEXT + Integer.BYTES;
    static final int SLAB_LENGTH = SLAB_VERSION + Integer.BYTES;

    private SlabDescriptor() {}

    /** Returns the bytes of all tables. */
    static int length(int classes, int slabs) {
        return Math.toIntExact(
                HEADER_LENGTH + (long) classes * CLASS_LENGTH + (long) slabs * SLAB_LENGTH);
    }

    static int classRecord(int start, int sizeClass) {
        return start + HEADER_LENGTH + sizeClass * CLASS_LENGTH;
    }

    static int slabRecord(int start, int classes, int slab) {
        return start + HEADER_LENGTH + classes * CLASS_LENGTH + (slab - 1) * SLAB_LENGTH;
    }
}
