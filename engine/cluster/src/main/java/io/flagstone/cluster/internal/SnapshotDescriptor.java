// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.StateBlockEncoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The layout of an entry in a snapshot, in a page of a move of slots, and of a block of entries.
 * All numbers are little-endian.
 *
 * <p>An entry is: the length of the key, the length of the value with the sign for a deadline that
 * slides, the deadline, key and value. A block may end anywhere in an entry.
 */
final class SnapshotDescriptor {
    /** The sign of a value's length if the deadline slides. */
    static final int SLIDING = 1 << 31;

    private static final int KEY_LENGTH = 0;
    private static final int LENGTH_WORD = KEY_LENGTH + Integer.BYTES;
    private static final int DEADLINE = LENGTH_WORD + Integer.BYTES;

    /** The bytes in front of a key. */
    static final int ENTRY_HEADER = DEADLINE + Long.BYTES;

    /** Where the bytes of a block begin in its message. */
    static final int BYTES_AT =
            MessageHeaderEncoder.ENCODED_LENGTH
                    + StateBlockEncoder.BLOCK_LENGTH
                    + StateBlockEncoder.bytesHeaderLength();

    private static final int LENGTH_AT = BYTES_AT - StateBlockEncoder.bytesHeaderLength();

    private SnapshotDescriptor() {}

    /** Writes the header of an entry. */
    static void putHeader(
            MutableDirectBuffer buffer, int at, int keyLength, int lengthWord, long deadlineNs) {
        buffer.putInt(at + KEY_LENGTH, keyLength, ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(at + LENGTH_WORD, lengthWord, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(at + DEADLINE, deadlineNs, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the length of an entry's key. */
    static int keyLength(DirectBuffer buffer, int at) {
        return buffer.getInt(at + KEY_LENGTH, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the length of an entry's value, with the sign for a deadline that slides. */
    static int lengthWord(DirectBuffer buffer, int at) {
        return buffer.getInt(at + LENGTH_WORD, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns an entry's deadline. */
    static long deadlineNs(DirectBuffer buffer, int at) {
        return buffer.getLong(at + DEADLINE, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns how many bytes the block in a message has. */
    static int blockBytes(DirectBuffer message) {
        return message.getInt(LENGTH_AT, ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes how many bytes the block in a message has. */
    static void blockBytes(MutableDirectBuffer message, int bytes) {
        message.putInt(LENGTH_AT, bytes, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Checks a number of a snapshot.
     *
     * @throws IllegalStateException if it is impossible.
     */
    static void check(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalStateException("the snapshot is damaged: " + name + "=" + value);
        }
    }
}
