// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.files;

/**
 * The layout of the first page of a cache's file. All numbers are in the byte order of the machine
 * that wrote them, like those of the regions. C is the number of size classes.
 *
 * <pre>
 *  +--------+---------+----------------------+------------------------------------------------+
 *  | offset |   bytes | superblock           |                                                |
 *  +--------+---------+----------------------+------------------------------------------------+
 *  |      0 |       8 | MAGIC_OFFSET         | "FLAGCACH"                                     |
 *  |      8 |       4 | VERSION              | of this page                                   |
 *  |     12 |       4 | CHECKSUM             | CRC-32C of the page, with 0 here               |
 *  |     16 |       4 | LAYOUT_VERSION       | of the segments                                |
 *  |     20 |       4 | STATE                | 1 FORMATTING, 2 OPEN, 3 CLEAN                  |
 *  |     24 |       8 | EPOCH_NS             | wall-clock time of a deadline of 0             |
 *  |     32 |       8 | CHANGED_NS           | wall-clock time at the last change of the page |
 *  |     40 |       8 | PROCESS_ID           | of the last owner                              |
 *  |     48 |       8 | PROCESS_START        | the kernel's ticks since boot                  |
 *  |     56 |      16 | BOOT_ID              | of the last owner's machine, 0 if unknown      |
 *  +--------+---------+----------------------+------------------------------------------------+
 *  |     72 |       8 | MEMORY_BYTES         |                                                |
 *  |     80 |       8 | SEGMENTS             |                                                |
 *  |     88 |       8 | REGION_BYTES         | of each segment                                |
 *  |     96 |       8 | SLAB_BYTES           |                                                |
 *  |    104 |       8 | SLABS                | of each segment                                |
 *  |    112 |       8 | BUCKETS              | of each segment                                |
 *  |    120 |       8 | MAX_ENTRY_BYTES      |                                                |
 *  |    128 |       8 | MAX_ENTRIES          | of the cache                                   |
 *  |    136 |       8 | EXPECTED_ENTRY_BYTES |                                                |
 *  |    144 |       8 | TICK_NS              |                                                |
 *  |    152 |       8 | ADMISSION_FILTER     | 1 if there is one                              |
 *  |    160 |       8 | SLIDING              | 1 if deadlines may slide                       |
 *  |    168 |       8 | EXACT_ORDER          | 1 if the promotion distance is 0               |
 *  |    176 |       8 | HASH_SEED            |                                                |
 *  |    184 |       8 | SIZE_CLASSES         | their number                                   |
 *  |    192 |     4 C | CHUNK_BYTES          | of each size class                             |
 *  +--------+---------+----------------------+------------------------------------------------+
 *  |        | to 4096 | unused               | 0                                              |
 *  +--------+---------+----------------------+------------------------------------------------+
 * </pre>
 *
 * <p>The page is written as a whole. A process that is killed leaves the old page or the new one,
 * and a machine that is lost leaves one of them or a page whose checksum does not match.
 */
final class SuperblockDescriptor {
    /** "FLAGCACH" in ASCII. */
    static final long MAGIC = 0x4843_4143_4741_4C46L;

    static final int PAGE_VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION = MAGIC_OFFSET + Long.BYTES;
    static final int CHECKSUM = VERSION + Integer.BYTES;
    static final int LAYOUT_VERSION = CHECKSUM + Integer.BYTES;
    static final int STATE = LAYOUT_VERSION + Integer.BYTES;
    static final int EPOCH_NS = STATE + Integer.BYTES;
    static final int CHANGED_NS = EPOCH_NS + Long.BYTES;
    static final int PROCESS_ID = CHANGED_NS + Long.BYTES;
    static final int PROCESS_START = PROCESS_ID + Long.BYTES;
    static final int BOOT_ID = PROCESS_START + Long.BYTES;
    static final int MEMORY_BYTES = BOOT_ID + 2 * Long.BYTES;
    static final int SEGMENTS = MEMORY_BYTES + Long.BYTES;
    static final int REGION_BYTES = SEGMENTS + Long.BYTES;
    static final int SLAB_BYTES = REGION_BYTES + Long.BYTES;
    static final int SLABS = SLAB_BYTES + Long.BYTES;
    static final int BUCKETS = SLABS + Long.BYTES;
    static final int MAX_ENTRY_BYTES = BUCKETS + Long.BYTES;
    static final int MAX_ENTRIES = MAX_ENTRY_BYTES + Long.BYTES;
    static final int EXPECTED_ENTRY_BYTES = MAX_ENTRIES + Long.BYTES;
    static final int TICK_NS = EXPECTED_ENTRY_BYTES + Long.BYTES;
    static final int ADMISSION_FILTER = TICK_NS + Long.BYTES;
    static final int SLIDING = ADMISSION_FILTER + Long.BYTES;
    static final int EXACT_ORDER = SLIDING + Long.BYTES;
    static final int HASH_SEED = EXACT_ORDER + Long.BYTES;
    static final int SIZE_CLASSES = HASH_SEED + Long.BYTES;
    static final int CHUNK_BYTES = SIZE_CLASSES + Long.BYTES;

    private SuperblockDescriptor() {}
}
