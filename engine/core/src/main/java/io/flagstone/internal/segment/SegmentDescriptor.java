// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.Region;

/**
 * The layout of a segment's region. All of a segment's state lies in it, and every reference is an
 * offset from its start, so the image does not depend on where it is.
 *
 * <pre>
 *  +----------------------------------------------------+
 *  | Magic (64 bits)          | Layout Version (32)     |    0   identity
 *  | Region Bytes (32)        | Hash Seed (64)          |
 *  | Buckets (32)             | Slab Bytes (32)         |
 *  | Slabs (32)               | Index Offset (32)       |
 *  | Slabs Offset (32)        | Max Entries (32)        |
 *  | Tick, nanoseconds (64)                             |
 *  +----------------------------------------------------+
 *  | Version: odd while a write is under way (64)       |   64
 *  | Latest Time, nanoseconds (64)                      |
 *  | Recency Clock (64)                                 |
 *  +----------------------------------------------------+
 *  | nothing                                            |  128
 *  +----------------------------------------------------+
 *  | Entries, counters, key and value bytes (13 x 64)   |  192   two lines
 *  | Change Mark (64)                                   |
 *  | Segment Resets (64)      | Reset Entries (64)      |
 *  +----------------------------------------------------+
 *  | Recency: sizes, a list for each size class         |  320   aligned to a line
 *  +----------------------------------------------------+
 *  | Timing wheel                                       |
 *  +----------------------------------------------------+
 *  | Slab tables: pool, size classes, slabs             |
 *  +----------------------------------------------------+
 *  | Index: buckets of one cache line                   |   aligned to a line
 *  +----------------------------------------------------+
 *  | Slabs                                              |   aligned to a line
 *  +----------------------------------------------------+
 * </pre>
 *
 * <p>The version and the counters stand on cache lines of their own. With the version lies what
 * else a reader without the lock looks at and most writes change, so that a reader waits for one
 * line of a busy writer's and not for several. Processors fetch lines in pairs, and promotions
 * write the counters and not the version: so a line of nothing stands between the two, and the line
 * before the version never changes. The version is even while the index and all values are whole
 * and odd while they change: the lists, the wheel and the slab tables are outside of it, since only
 * the lock's holder looks at them.
 *
 * <p>The lock is not here but in the heap; see {@link SegmentLock}.
 */
final class SegmentDescriptor {
    /** "FLAGSTON" in ASCII. */
    static final long MAGIC = 0x4E4F_5453_4741_4C46L;

    static final int LAYOUT_VERSION = 4;

    static final int IDENTITY_MAGIC = 0;
    static final int IDENTITY_VERSION = 8;
    static final int IDENTITY_REGION_BYTES = 12;
    static final int IDENTITY_HASH_SEED = 16;
    static final int IDENTITY_BUCKETS = 24;
    static final int IDENTITY_SLAB_BYTES = 28;
    static final int IDENTITY_SLABS = 32;
    static final int IDENTITY_INDEX_OFFSET = 36;
    static final int IDENTITY_SLABS_OFFSET = 40;
    static final int IDENTITY_MAX_ENTRIES = 44;
    static final int IDENTITY_TICK_NS = 48;

    static final int VERSION = Region.CACHE_LINE;
    static final int LATEST_TIME = VERSION + 8;
    static final int RECENCY_CLOCK = VERSION + 16;

    static final int ENTRIES = 3 * Region.CACHE_LINE;
    static final int INSERTIONS = ENTRIES + 8;
    static final int REPLACEMENTS = ENTRIES + 16;
    static final int BOUND_EVICTIONS = ENTRIES + 24;
    static final int ROOM_EVICTIONS = ENTRIES + 32;
    static final int SLAB_EVICTIONS = ENTRIES + 40;
    static final int EXPIRATIONS = ENTRIES + 48;
    static final int REMOVALS = ENTRIES + 56;
    static final int PROMOTIONS = ENTRIES + 64;
    static final int KEY_BYTES = ENTRIES + 72;
    static final int VALUE_BYTES = ENTRIES + 80;
    static final int MOVES = ENTRIES + 88;
    static final int SLAB_REASSIGNMENTS = ENTRIES + 96;
    static final int CHANGE_MARK = ENTRIES + 104;
    static final int SEGMENT_RESETS = ENTRIES + 112;
    static final int RESET_ENTRIES = ENTRIES + 120;

    static final int RECENCY = 5 * Region.CACHE_LINE;

    private SegmentDescriptor() {}

    /** Writes what identifies the image. */
    static void writeIdentity(Region region, SegmentLayout layout, long hashSeed, long tickNs) {
        region.putInt(IDENTITY_VERSION, LAYOUT_VERSION);
        region.putInt(IDENTITY_REGION_BYTES, region.capacity());
        region.putLong(IDENTITY_HASH_SEED, hashSeed);
        region.putInt(IDENTITY_BUCKETS, layout.buckets());
        region.putInt(IDENTITY_SLAB_BYTES, layout.classes().maxChunkBytes());
        region.putInt(IDENTITY_SLABS, layout.slabs());
        region.putInt(IDENTITY_INDEX_OFFSET, layout.indexOffset());
        region.putInt(IDENTITY_SLABS_OFFSET, layout.slabsOffset());
        region.putInt(IDENTITY_MAX_ENTRIES, layout.maxEntries());
        region.putLong(IDENTITY_TICK_NS, tickNs);
        region.putLong(IDENTITY_MAGIC, MAGIC);
    }
}
