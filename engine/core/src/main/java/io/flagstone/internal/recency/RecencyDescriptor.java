// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import io.flagstone.internal.memory.Region;
import org.agrona.BitUtil;

/**
 * The layout of the lists' heads: a header with the sizes of all lists, then a record for each size
 * class, from the next cache line on.
 *
 * <pre>
 *   header                         list
 *  +------------------------+     +------------------------+
 *  |   Nonempty lists, one  |  0  |          Head          |  0
 *  |   bit each, 128 bits   |     +------------------------+
 *  |                        |     |          Tail          |  4
 *  +------------------------+     +------------------------+
 *  |  Size of list 0 ...,   | 16  |      Tail's Stamp      |  8
 *  |  32 bits each          |     |                        |
 *  +------------------------+     +------------------------+
 * </pre>
 *
 * <p>The sizes are apart from the rest since every hit reads one: moves to the head, which write
 * the records all the time, leave them alone.
 */
final class RecencyDescriptor {
    static final int LIST_LENGTH = 16;

    static final int NONEMPTY = 0;
    static final int SIZES = 16;

    static final int HEAD = 0;
    static final int TAIL = 4;
    static final int TAIL_STAMP = 8;

    private RecencyDescriptor() {}

    static int headerLength(int lists) {
        return BitUtil.align(SIZES + lists * Integer.BYTES, Region.CACHE_LINE);
    }

    static int length(int lists) {
        return headerLength(lists) + lists * LIST_LENGTH;
    }
}
