// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.Region;

/**
 * The layout of a segment's region. The region holds all of a segment's state except its lock, and
 * every reference is an offset from the region's start, so the image does not depend on its
 * address. C is the number of size classes, S of slabs, B of index buckets, and Z is the length of
 * a slab in bytes. The timing wheel has L levels of P slots. K is the number of blocks and R of
 * rejections in the admission filter. T is the number of stripes, and U the bytes of the undo area
 * of a stripe. The parts have the names that {@link SegmentLayout} uses.
 *
 * <pre>
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  | offset |            bytes | region                |                                      |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |      0 |                8 | IDENTITY_MAGIC        | "FLAGSTON"                           |
 *  |      8 |                4 | IDENTITY_VERSION      | of the layout                        |
 *  |     12 |                4 | IDENTITY_REGION_BYTES |                                      |
 *  |     16 |                8 | IDENTITY_HASH_SEED    |                                      |
 *  |     24 |                4 | IDENTITY_BUCKETS      | B                                    |
 *  |     28 |                4 | IDENTITY_SLAB_BYTES   | Z                                    |
 *  |     32 |                4 | IDENTITY_SLABS        | S                                    |
 *  |     36 |                4 | IDENTITY_INDEX_OFFSET |                                      |
 *  |     40 |                4 | IDENTITY_SLABS_OFFSET |                                      |
 *  |     44 |                4 | IDENTITY_MAX_ENTRIES  |                                      |
 *  |     48 |                8 | IDENTITY_TICK_NS      |                                      |
 *  |     56 |                8 | IDENTITY_CLASSES      | a hash of the size classes           |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |     64 |                8 | VERSION               | odd while the index changes          |
 *  |     72 |                8 | LATEST_TIME           | nanoseconds                          |
 *  |     80 |                8 | RECENCY_CLOCK         |                                      |
 *  |     88 |                8 | SEGMENT_RESETS        |                                      |
 *  |     96 |                8 | RESET_ENTRIES         | entries lost by resets               |
 *  |    104 |                8 | SEAL                  | a checksum of the rest, at the close |
 *  |    112 |               16 | unused                |                                      |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |    128 |               64 | unused                | an empty line                        |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |    192 |                8 | ENTRIES               |                                      |
 *  |    200 |                8 | INSERTIONS            |                                      |
 *  |    208 |                8 | REPLACEMENTS          | other than writes under stripes      |
 *  |    216 |                8 | BOUND_EVICTIONS       | for the bound in entries             |
 *  |    224 |                8 | ROOM_EVICTIONS        | for a chunk                          |
 *  |    232 |                8 | SLAB_EVICTIONS        | with a slab that was drained         |
 *  |    240 |                8 | EXPIRATIONS           |                                      |
 *  |    248 |                8 | REMOVALS              |                                      |
 *  |    256 |                8 | PROMOTIONS            |                                      |
 *  |    264 |                8 | KEY_BYTES             |                                      |
 *  |    272 |                8 | VALUE_BYTES           |                                      |
 *  |    280 |                8 | MOVES                 | entries moved to another chunk       |
 *  |    288 |                8 | SLAB_REASSIGNMENTS    |                                      |
 *  |    296 |                8 | CHANGE_MARK           |                                      |
 *  |    304 |                8 | DOUBTED               | the chunk in doubt                   |
 *  |    312 |                8 | unused                |                                      |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |    320 |         16 + 4 C | RECENCY               | sizes of the LRU lists               |
 *  |        |            to 64 | unused                |                                      |
 *  |        |             16 C | lists                 | head and tail of each LRU list       |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        | 24 + 8 L + 4 L P | wheelOffset           | timing wheel                         |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        | 16 + 16 C + 28 S | tablesOffset          | slab tables                          |
 *  |        |            to 64 | unused                |                                      |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        |             64 B | indexOffset           | index                                |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        |         16 + 4 C | windowOffset          | LRU lists of the window, if filtered |
 *  |        |            to 64 | unused                |                                      |
 *  |        |             16 C | lists                 |                                      |
 *  |        |            to 64 | unused                |                                      |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        |  64 + 64 K + 4 R | filterOffset          | admission filter, if filtered        |
 *  |        |            to 64 | unused                |                                      |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        |             64 T | stripesOffset         | stripes                              |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        |            T x U | undoOffset            | old values, if persistent            |
 *  +--------+------------------+-----------------------+--------------------------------------+
 *  |        |            S x Z | slabsOffset           | slabs                                |
 *  +--------+------------------+-----------------------+--------------------------------------+
 * </pre>
 *
 * <p>The version and the counters have cache lines of their own. The version shares its line with
 * the other words that readers without the lock load and most writes change. So a reader waits for
 * one line of a busy writer, not for several. Processors fetch lines in pairs, and promotions write
 * the counters but not the version. So an empty line separates the two, and the line before the
 * version never changes. The version is even while the index is consistent, and odd while it
 * changes. The sequence numbers of the stripes cover the values. Neither covers the lists, the
 * wheel and the slab tables, because only the lock's holder reads them.
 *
 * <p>The lock is an object on the heap; see {@link SegmentLock}.
 */
final class SegmentDescriptor {
    /** "FLAGSTON" in ASCII. */
    static final long MAGIC = 0x4E4F_5453_4741_4C46L;

    static final int LAYOUT_VERSION = 6;

    static final int IDENTITY_MAGIC = 0;
    static final int IDENTITY_VERSION = IDENTITY_MAGIC + Long.BYTES;
    static final int IDENTITY_REGION_BYTES = IDENTITY_VERSION + Integer.BYTES;
    static final int IDENTITY_HASH_SEED = IDENTITY_REGION_BYTES + Integer.BYTES;
    static final int IDENTITY_BUCKETS = IDENTITY_HASH_SEED + Long.BYTES;
    static final int IDENTITY_SLAB_BYTES = IDENTITY_BUCKETS + Integer.BYTES;
    static final int IDENTITY_SLABS = IDENTITY_SLAB_BYTES + Integer.BYTES;
    static final int IDENTITY_INDEX_OFFSET = IDENTITY_SLABS + Integer.BYTES;
    static final int IDENTITY_SLABS_OFFSET = IDENTITY_INDEX_OFFSET + Integer.BYTES;
    static final int IDENTITY_MAX_ENTRIES = IDENTITY_SLABS_OFFSET + Integer.BYTES;
    static final int IDENTITY_TICK_NS = IDENTITY_MAX_ENTRIES + Integer.BYTES;
    static final int IDENTITY_CLASSES = IDENTITY_TICK_NS + Long.BYTES;

    static final int VERSION = IDENTITY_CLASSES + Long.BYTES;
    static final int LATEST_TIME = VERSION + Long.BYTES;
    static final int RECENCY_CLOCK = LATEST_TIME + Long.BYTES;
    static final int SEGMENT_RESETS = RECENCY_CLOCK + Long.BYTES;
    static final int RESET_ENTRIES = SEGMENT_RESETS + Long.BYTES;
    static final int SEAL = RESET_ENTRIES + Long.BYTES;

    static final int ENTRIES = VERSION + 2 * Region.CACHE_LINE;
    static final int INSERTIONS = ENTRIES + Long.BYTES;
    static final int REPLACEMENTS = INSERTIONS + Long.BYTES;
    static final int BOUND_EVICTIONS = REPLACEMENTS + Long.BYTES;
    static final int ROOM_EVICTIONS = BOUND_EVICTIONS + Long.BYTES;
    static final int SLAB_EVICTIONS = ROOM_EVICTIONS + Long.BYTES;
    static final int EXPIRATIONS = SLAB_EVICTIONS + Long.BYTES;
    static final int REMOVALS = EXPIRATIONS + Long.BYTES;
    static final int PROMOTIONS = REMOVALS + Long.BYTES;
    static final int KEY_BYTES = PROMOTIONS + Long.BYTES;
    static final int VALUE_BYTES = KEY_BYTES + Long.BYTES;
    static final int MOVES = VALUE_BYTES + Long.BYTES;
    static final int SLAB_REASSIGNMENTS = MOVES + Long.BYTES;
    static final int CHANGE_MARK = SLAB_REASSIGNMENTS + Long.BYTES;
    static final int DOUBTED = CHANGE_MARK + Long.BYTES;

    static final int RECENCY = DOUBTED + 2 * Long.BYTES;

    /** The words that count events. Each life of the segment counts anew. */
    static final int[] EVENT_COUNTERS = {
        INSERTIONS,
        REPLACEMENTS,
        BOUND_EVICTIONS,
        ROOM_EVICTIONS,
        SLAB_EVICTIONS,
        EXPIRATIONS,
        REMOVALS,
        PROMOTIONS,
        MOVES,
        SLAB_REASSIGNMENTS,
        SEGMENT_RESETS,
        RESET_ENTRIES
    };

    private SegmentDescriptor() {}

    /** Writes the fields that identify the image. */
    static void writeIdentity(Region region, SegmentLayout layout, long hashSeed, long tickNs) {
        region.putInt(IDENTITY_VERSION, LAYOUT_VERSION);
        region.putInt(IDENTITY_REGION_BYTES, region.capacity());
        region.putLong(IDENTITY_HASH_SEED, hashSeed);
        region.putInt(IDENTITY_BUCKETS, layout.buckets());
        region.putInt(IDENTITY_SLAB_BYTES, layout.classes().slabBytes());
        region.putInt(IDENTITY_SLABS, layout.slabs());
        region.putInt(IDENTITY_INDEX_OFFSET, layout.indexOffset());
        region.putInt(IDENTITY_SLABS_OFFSET, layout.slabsOffset());
        region.putInt(IDENTITY_MAX_ENTRIES, layout.maxEntries());
        region.putLong(IDENTITY_TICK_NS, tickNs);
        region.putLong(IDENTITY_CLASSES, layout.classes().fingerprint());
        region.putLong(IDENTITY_MAGIC, MAGIC);
    }

    /** Returns whether the image has the layout, the seed and the tick given. */
    static boolean isIdentity(Region region, SegmentLayout layout, long hashSeed, long tickNs) {
        return region.getLong(IDENTITY_MAGIC) == MAGIC
                && region.getInt(IDENTITY_VERSION) == LAYOUT_VERSION
                && region.getInt(IDENTITY_REGION_BYTES) == region.capacity()
                && region.getLong(IDENTITY_HASH_SEED) == hashSeed
                && region.getInt(IDENTITY_BUCKETS) == layout.buckets()
                && region.getInt(IDENTITY_SLAB_BYTES) == layout.classes().slabBytes()
                && region.getInt(IDENTITY_SLABS) == layout.slabs()
                && region.getInt(IDENTITY_INDEX_OFFSET) == layout.indexOffset()
                && region.getInt(IDENTITY_SLABS_OFFSET) == layout.slabsOffset()
                && region.getInt(IDENTITY_MAX_ENTRIES) == layout.maxEntries()
                && region.getLong(IDENTITY_TICK_NS) == tickNs
                && region.getLong(IDENTITY_CLASSES) == layout.classes().fingerprint();
    }
}
