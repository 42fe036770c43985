// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.admission;

import io.flagstone.internal.memory.Region;
import org.agrona.BitUtil;

/**
 * The layout of the admission filter: a header, the frequency sketch in blocks of a cache line, and
 * the table of rejections.
 *
 * <pre>
 *  +--------+-------+---------------+----------------------------------------+
 *  | offset | bytes | header        |                                        |
 *  +--------+-------+---------------+----------------------------------------+
 *  |      0 |     4 | SHARE         | of the window, in units of 1/65536     |
 *  |      4 |     4 | REJECTIONS    | count of rejections                    |
 *  |      8 |     4 | AGING_CURSOR  | the block to age next                  |
 *  |     12 |     4 | AGING_CREDIT  | credit towards aging that block        |
 *  |     16 |    48 | unused        |                                        |
 *  +--------+-------+---------------+----------------------------------------+
 *  |     64 |       | HEADER_LENGTH | the blocks follow, then the rejections |
 *  +--------+-------+---------------+----------------------------------------+
 *
 *  +--------+-------+---------------------+------------------------------------+
 *  | offset | bytes | block of the sketch |                                    |
 *  +--------+-------+---------------------+------------------------------------+
 *  |      0 | 8 x 8 | counters            | 16 counters of 4 bits in each word |
 *  +--------+-------+---------------------+------------------------------------+
 *  |     64 |       | BLOCK_LENGTH        |                                    |
 *  +--------+-------+---------------------+------------------------------------+
 *
 *  +--------+------------+------------------+-------------------------------------+
 *  | offset |      bytes | rejection        |                                     |
 *  +--------+------------+------------------+-------------------------------------+
 *  |      0 |          4 | word             |                                     |
 *  |        |  bits 0-19 | NUMBER           | the count of rejections at the time |
 *  |        | bits 20-31 | FINGERPRINT      | of the rejected key's index hash    |
 *  +--------+------------+------------------+-------------------------------------+
 *  |      4 |            | REJECTION_LENGTH |                                     |
 *  +--------+------------+------------------+-------------------------------------+
 * </pre>
 *
 * <p>Each entry costs eight counters and a quarter of a rejection: five bytes.
 */
final class FilterDescriptor {
    static final int SHARE = 0;
    static final int REJECTIONS = SHARE + Integer.BYTES;
    static final int AGING_CURSOR = REJECTIONS + Integer.BYTES;
    static final int AGING_CREDIT = AGING_CURSOR + Integer.BYTES;
    static final int HEADER_LENGTH = SHARE + Region.CACHE_LINE;

    static final int BLOCK_LENGTH = Region.CACHE_LINE;

    static final int NUMBER_BITS = 20;
    static final int FINGERPRINT_SHIFT = NUMBER_BITS;
    static final int REJECTION_LENGTH = Integer.BYTES;

    private static final int ENTRIES_PER_BLOCK = 16;
    private static final int ENTRIES_PER_REJECTION = 4;
    private static final int LEAST_REJECTIONS = 16;

    private FilterDescriptor() {}

    static int blocks(int maxEntries) {
        return Math.max(1, (int) ((maxEntries + ENTRIES_PER_BLOCK - 1L) / ENTRIES_PER_BLOCK));
    }

    static int rejections(int maxEntries) {
        return Math.max(LEAST_REJECTIONS, maxEntries / ENTRIES_PER_REJECTION);
    }

    static int length(int maxEntries) {
        final long table = (long) rejections(maxEntries) * REJECTION_LENGTH;
        return Math.toIntExact(
                HEADER_LENGTH
                        + (long) blocks(maxEntries) * BLOCK_LENGTH
                        + BitUtil.align(table, Region.CACHE_LINE));
    }
}
