// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.admission;

import io.flagstone.internal.memory.Region;
import org.agrona.BitUtil;

/**
 * The layout of the admission filter: a header, the frequency sketch in blocks of a cache line, and
 * the table of late rejections.
 *
 * <pre>
 *   header                                 block of the sketch
 *  +----------------------------------+   +----------------------------------+
 *  | Window Share, 1/65536 (32 bits)  |  0| 16 counters of 4 bits            |  0
 *  +----------------------------------+   +----------------------------------+
 *  | Rejections (32)                  |  4| ... eight such words             |  8
 *  +----------------------------------+   +----------------------------------+
 *  | Aging Cursor, a block (32)       |  8
 *  +----------------------------------+    rejection
 *  | Aging Credit (32)                | 12+----------------------------------+
 *  +----------------------------------+   | Fingerprint (12) | Number (20)   |  0
 *  | padding to a line                | 16+----------------------------------+
 *  +----------------------------------+
 * </pre>
 *
 * <p>Eight counters and a quarter of a rejection for each entry: five bytes.
 */
final class FilterDescriptor {
    static final int SHARE = 0;
    static final int REJECTIONS = 4;
    static final int AGING_CURSOR = 8;
    static final int AGING_CREDIT = 12;
    static final int HEADER_LENGTH = Region.CACHE_LINE;

    static final int BLOCK_LENGTH = Region.CACHE_LINE;
    static final int NUMBER_BITS = 20;

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
        final long table = (long) rejections(maxEntries) * Integer.BYTES;
        return Math.toIntExact(
                HEADER_LENGTH
                        + (long) blocks(maxEntries) * BLOCK_LENGTH
                        + BitUtil.align(table, Region.CACHE_LINE));
    }
}
