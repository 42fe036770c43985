// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;

/**
 * The layout of an entry in a checkpoint. All numbers are little-endian.
 *
 * <pre>
 *  +--------+-----------+----------------------+------------------------------------------+
 *  | offset |     bytes | entry record         |                                          |
 *  +--------+-----------+----------------------+------------------------------------------+
 *  |      0 |         4 | CHECKSUM             | CRC32C of the record from FLAGS on       |
 *  |      4 |         4 | FLAGS                |                                          |
 *  |        |     bit 0 | SLIDING              | every hit renews the deadline            |
 *  |        | bits 1-31 | unused               |                                          |
 *  |      8 |         4 | KEY_LENGTH           | bytes                                    |
 *  |     12 |         4 | VALUE_LENGTH         | bytes                                    |
 *  |     16 |         8 | DEADLINE             | nanoseconds since 1970                   |
 *  |     24 |         8 | ORDER                | the place in the order of use            |
 *  +--------+-----------+----------------------+------------------------------------------+
 *  |     32 |           | RECORD_HEADER_LENGTH | the key, the value, then padding to 8    |
 *  +--------+-----------+----------------------+------------------------------------------+
 * </pre>
 *
 * <p>{@code ORDER} sorts entries from the least to the most recently used one. It is the number of
 * insertions between the image of the segment and the last use, 0 or negative, so numbers of
 * different segments may be compared.
 *
 * <p>All methods are static and allocate nothing, except for {@link #checksum}.
 */
public final class RecordDescriptor {
    private static final int CHECKSUM = 0;
    private static final int FLAGS = CHECKSUM + Integer.BYTES;
    private static final int KEY_LENGTH = FLAGS + Integer.BYTES;
    private static final int VALUE_LENGTH = KEY_LENGTH + Integer.BYTES;
    private static final int DEADLINE = VALUE_LENGTH + Integer.BYTES;
    private static final int ORDER = DEADLINE + Long.BYTES;

    /** Bytes before the key. */
    public static final int RECORD_HEADER_LENGTH = ORDER + Long.BYTES;

    private static final int SLIDING = 1 << 0;

    /** Records are aligned to this many bytes. */
    static final int ALIGNMENT = 8;

    /** The longest key in bytes. */
    static final int MAX_KEY_LENGTH = (1 << Short.SIZE) - 1;

    /** The longest value in bytes. */
    static final int MAX_VALUE_LENGTH = (1 << 24) - 1;

    /** The shortest and the longest record in bytes. */
    static final int MIN_LENGTH = RECORD_HEADER_LENGTH + ALIGNMENT;

    static final int MAX_LENGTH = length(MAX_KEY_LENGTH, MAX_VALUE_LENGTH);

    /** The deadline of an entry that does not expire. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    private RecordDescriptor() {}

    /** Returns the bytes of a record, with its padding. */
    public static int length(int keyLength, int valueLength) {
        return BitUtil.align(RECORD_HEADER_LENGTH + keyLength + valueLength, ALIGNMENT);
    }

    /** Writes the lengths of key and value. */
    public static void lengths(
            MutableDirectBuffer buffer, int record, int keyLength, int valueLength) {
        buffer.putInt(record + KEY_LENGTH, keyLength, ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(record + VALUE_LENGTH, valueLength, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Writes the deadline.
     *
     * @param deadlineNs nanoseconds since 1970, or {@link #NO_DEADLINE}.
     * @param sliding whether every hit renews it.
     */
    public static void deadline(
            MutableDirectBuffer buffer, int record, long deadlineNs, boolean sliding) {
        buffer.putInt(record + FLAGS, sliding ? SLIDING : 0, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(record + DEADLINE, deadlineNs, ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes the place in the order of use. */
    public static void order(MutableDirectBuffer buffer, int record, long order) {
        buffer.putLong(record + ORDER, order, ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes the checksum of a record that is otherwise complete. Returns the record's length. */
    static int seal(MutableDirectBuffer buffer, int record) {
        buffer.putInt(record, checksum(buffer, record), ByteOrder.LITTLE_ENDIAN);
        return length(keyLength(buffer, record), valueLength(buffer, record));
    }

    private static int checksum(MutableDirectBuffer buffer, int record) {
        final CRC32C crc = new CRC32C();
        final int length =
                RECORD_HEADER_LENGTH + keyLength(buffer, record) + valueLength(buffer, record);
        crc.update(buffer.byteArray(), record + FLAGS, length - FLAGS);
        return (int) crc.getValue();
    }

    /** Returns whether a record has the checksum of its bytes. Its lengths must be checked. */
    static boolean isIntact(MutableDirectBuffer buffer, int record) {
        return buffer.getInt(record, ByteOrder.LITTLE_ENDIAN) == checksum(buffer, record);
    }

    /**
     * Returns the length of a record if its lengths are possible.
     *
     * @return the length, which may exceed the room, or -1 if a length is impossible.
     */
    static int checkedLength(MutableDirectBuffer buffer, int record) {
        final int keyLength = keyLength(buffer, record);
        final int valueLength = valueLength(buffer, record);
        return keyLength < 1
                        || keyLength > MAX_KEY_LENGTH
                        || valueLength < 0
                        || valueLength > MAX_VALUE_LENGTH
                ? -1
                : length(keyLength, valueLength);
    }

    /** Returns the length of the key in bytes. */
    public static int keyLength(MutableDirectBuffer buffer, int record) {
        return buffer.getInt(record + KEY_LENGTH, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the length of the value in bytes. */
    public static int valueLength(MutableDirectBuffer buffer, int record) {
        return buffer.getInt(record + VALUE_LENGTH, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the deadline in nanoseconds since 1970, or {@link #NO_DEADLINE}. */
    public static long deadline(MutableDirectBuffer buffer, int record) {
        return buffer.getLong(record + DEADLINE, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns whether every hit renews the deadline. */
    public static boolean isSliding(MutableDirectBuffer buffer, int record) {
        return (buffer.getInt(record + FLAGS, ByteOrder.LITTLE_ENDIAN) & SLIDING) != 0;
    }

    /** Returns the place in the order of use. */
    public static long order(MutableDirectBuffer buffer, int record) {
        return buffer.getLong(record + ORDER, ByteOrder.LITTLE_ENDIAN);
    }
}
