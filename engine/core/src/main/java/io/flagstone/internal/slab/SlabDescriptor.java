// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.slab;

/**
 * The layout of the slab tables: one header, a record for each size class, a record for each slab.
 *
 * <pre>
 *   header                 size class record        slab record
 *  +------------------+   +------------------+   +------------------+
 *  |    Pool Head     | 0 |   Partial Head   | 0 |    Size Class    |  0
 *  +------------------+   +------------------+   +------------------+
 *  |    Pool Slabs    | 4 |      Slabs       | 4 |   Live Chunks    |  4
 *  +------------------+   +------------------+   +------------------+
 *  |     Draining     | 8 |   Live Chunks    | 8 |    Free Head     |  8
 *  +------------------+   +------------------+   +------------------+
 *  |   Drain Cursor   | 12|                  | 12|     Fresh        | 12
 *  +------------------+   +------------------+   +------------------+
 *                                                |     Previous     | 16
 *                                                +------------------+
 *                                                |       Next       | 20
 *                                                +------------------+
 * </pre>
 *
 * <p>Slabs are numbered from 1, so that 0 means none. {@code Previous} and {@code Next} link a slab
 * into its class's list of partly free slabs, or into the pool ({@code Next} alone). {@code Fresh}
 * counts the chunks ever handed out since the slab came to its class: the ones behind hold garbage,
 * the ones before that are free are linked from {@code Free Head}.
 */
final class SlabDescriptor {
    static final int HEADER_LENGTH = 16;
    static final int CLASS_LENGTH = 16;
    static final int SLAB_LENGTH = 24;

    static final int POOL_HEAD = 0;
    static final int POOL_SLABS = 4;
    static final int DRAINING = 8;
    static final int DRAIN_CURSOR = 12;

    static final int CLASS_PARTIAL_HEAD = 0;
    static final int CLASS_SLABS = 4;
    static final int CLASS_LIVE = 8;

    static final int SLAB_CLASS = 0;
    static final int SLAB_LIVE = 4;
    static final int SLAB_FREE_HEAD = 8;
    static final int SLAB_FRESH = 12;
    static final int SLAB_PREVIOUS = 16;
    static final int SLAB_NEXT = 20;

    private SlabDescriptor() {}

    /** The bytes of all tables. */
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
