// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.feed;

import io.flagstone.api.RemovalCause;
import io.flagstone.internal.entry.EntryDescriptor;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;

/**
 * The layout of a record in the ring of changes: the bytes of the entry from its deadline on, so
 * that one copy writes it.
 *
 * <pre>
 *  +--------+------------+----------------------+-------------------------------------------+
 *  | offset |      bytes | change record        |                                           |
 *  +--------+------------+----------------------+-------------------------------------------+
 *  |      0 |          8 | DEADLINE             | nanoseconds since the cache was built     |
 *  |      8 |          8 | STAMP_WORD           |                                           |
 *  |        |  bits 0-15 | KEY_LENGTH           | bytes                                     |
 *  |        | bits 16-63 | unused               |                                           |
 *  |     16 |          4 | HASH                 | unused                                    |
 *  |     20 |          4 | VALUE_WORD           |                                           |
 *  |        |  bits 0-23 | VALUE_LENGTH         | bytes, also if the value is not there     |
 *  |        | bits 24-30 | unused               |                                           |
 *  |        |     bit 31 | SLIDING              | every hit renews the deadline             |
 *  +--------+------------+----------------------+-------------------------------------------+
 *  |     24 |            | CHANGE_HEADER_LENGTH | the key; in a put also padding and value  |
 *  +--------+------------+----------------------+-------------------------------------------+
 * </pre>
 *
 * <p>The ring has a type for each record, which says what the record is: one of the constants here,
 * and for a {@link #REMOVAL} its cause in the next byte. The end of a synchronisation has no bytes.
 *
 * <p>All methods are static and allocate nothing.
 */
public final class ChangeDescriptor {
    private static final int DEADLINE = 0;
    private static final int STAMP_WORD = DEADLINE + Long.BYTES;
    private static final int HASH = STAMP_WORD + Long.BYTES;
    private static final int VALUE_WORD = HASH + Integer.BYTES;

    /** Bytes before the key. */
    public static final int CHANGE_HEADER_LENGTH = VALUE_WORD + Integer.BYTES;

    private static final int KEY_LENGTH_BITS = Short.SIZE;
    private static final int KEY_LENGTH_MASK = (1 << KEY_LENGTH_BITS) - 1;
    private static final int VALUE_LENGTH_BITS = 24;
    private static final int VALUE_LENGTH_MASK = (1 << VALUE_LENGTH_BITS) - 1;
    private static final int SLIDING = 1 << 31;

    /** The type of a put. */
    static final int PUT = 1;

    /** The type of a put that a synchronisation has written. */
    static final int COPY = 2;

    /** The type of another deadline. */
    static final int DEADLINE_SET = 3;

    /** The type of a removal, in the lowest byte. */
    static final int REMOVAL = 4;

    /** The type of the end of a synchronisation. */
    static final int SYNC_END = 5;

    private static final int TYPE_MASK = 0xFF;
    private static final int CAUSE_SHIFT = 8;
    private static final RemovalCause[] CAUSES = RemovalCause.values();

    private ChangeDescriptor() {}

    /** Returns the bytes of a record without a value. */
    static int length(int keyLength) {
        return CHANGE_HEADER_LENGTH + keyLength;
    }

    /** Returns the bytes of a record with a value. */
    static int length(int keyLength, int valueLength) {
        return valueOffset(keyLength) + valueLength;
    }

    /** Returns the offset of the value in a record. */
    static int valueOffset(int keyLength) {
        return CHANGE_HEADER_LENGTH + BitUtil.align(keyLength, EntryDescriptor.ALIGNMENT);
    }

    /**
     * Returns the bytes of the longest record of a cache.
     *
     * @param maxEntryBytes the largest entry, with its header and padded key.
     */
    public static int maxLength(int maxEntryBytes) {
        return maxEntryBytes - EntryDescriptor.HEADER_LENGTH + CHANGE_HEADER_LENGTH;
    }

    /** Returns the type of a removal. */
    static int removal(RemovalCause cause) {
        return REMOVAL | cause.ordinal() << CAUSE_SHIFT;
    }

    /** Returns what a record is, without the cause of a removal. */
    static int kind(int type) {
        return type & TYPE_MASK;
    }

    /** Returns the cause in the type of a removal. */
    static RemovalCause cause(int type) {
        return CAUSES[type >>> CAUSE_SHIFT];
    }

    /** Returns the deadline in nanoseconds since the cache was built. */
    static long deadline(DirectBuffer buffer, int record) {
        return buffer.getLong(record + DEADLINE);
    }

    /** Returns the length of the key in bytes. */
    static int keyLength(DirectBuffer buffer, int record) {
        return (int) buffer.getLong(record + STAMP_WORD) & KEY_LENGTH_MASK;
    }

    /** Returns the length of the value in bytes. */
    static int valueLength(DirectBuffer buffer, int record) {
        return buffer.getInt(record + VALUE_WORD) & VALUE_LENGTH_MASK;
    }

    /** Returns whether every hit renews the deadline. */
    static boolean isSliding(DirectBuffer buffer, int record) {
        return (buffer.getInt(record + VALUE_WORD) & SLIDING) != 0;
    }
}
