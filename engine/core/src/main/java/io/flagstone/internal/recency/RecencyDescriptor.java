// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import io.flagstone.internal.memory.Region;
import org.agrona.BitUtil;

/**
 * The layout of the LRU lists' heads: a header with the sizes of all lists, then one record per
 * size class, from the next cache line on. C is the number of size classes.
 *
 * <pre>
 *  +--------+-------+--------------+----------------------------------------+
 *  | offset | bytes | header       |                                        |
 *  +--------+-------+--------------+----------------------------------------+
 *  |      0 | 2 x 8 | NONEMPTY     | one bit per list                       |
 *  |     16 | C x 4 | SIZES        | entries in each list                   |
 *  |        | to 64 | unused       |                                        |
 *  +--------+-------+--------------+----------------------------------------+
 *  |        |       | headerLength | one list record per size class follows |
 *  +--------+-------+--------------+----------------------------------------+
 *
 *  +--------+-------+-------------+-------------------------------+
 *  | offset | bytes | list        |                               |
 *  +--------+-------+-------------+-------------------------------+
 *  |      0 |     4 | HEAD        | the most recently used entry  |
 *  |      4 |     4 | TAIL        | the least recently used entry |
 *  |      8 |     8 | TAIL_STAMP  | the tail's stamp              |
 *  +--------+-------+-------------+-------------------------------+
 *  |     16 |       | LIST_LENGTH |                               |
 *  +--------+-------+-------------+-------------------------------+
 * </pre>
 *
 * <p>Every hit reads a size. Promotions often write the records but never the sizes, so the sizes
 * lie on cache lines of their own.
 */
final class RecencyDescriptor {
    static final int NONEMPTY = 0;
    static final int SIZES = NONEMPTY + 2 * Long.BYTES;

    static final int HEAD = 0;
    static final int TAIL = HEAD + Integer.BYTES;
    static final int TAIL_STAMP = TAIL + Integer.BYTES;
    static final int LIST_LENGTH = TAIL_STAMP + Long.BYTES;

    private RecencyDescriptor() {}

    static int headerLength(int lists) {
        return BitUtil.align(SIZES + lists * Integer.BYTES, Region.CACHE_LINE);
    }

    static int length(int lists) {
        return headerLength(lists) + lists * LIST_LENGTH;
    }
}
