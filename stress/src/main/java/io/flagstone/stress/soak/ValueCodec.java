// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import static io.flagstone.stress.soak.ValuePattern.CHECKSUM;
import static io.flagstone.stress.soak.ValuePattern.KEY;
import static io.flagstone.stress.soak.ValuePattern.LENGTH;
import static io.flagstone.stress.soak.ValuePattern.SEQUENCE;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes values, and checks that a value is whole and belongs to its key.
 *
 * <p>A value has a header with its key, its sequence number, its length and a checksum over all its
 * bytes. The bytes after the header follow from key and sequence number, so a report can name the
 * first wrong one. A counter also has a count. It changes in place, so the checksum excludes it.
 *
 * <p>Allocates only for a violation.
 */
final class ValueCodec {
    /** The length of the shortest value, and of the header. */
    static final int MIN_LENGTH = ValuePattern.HEADER_BYTES;

    /** The offset of a counter's count. */
    static final int COUNT = 32;

    /** The length of the shortest counter. */
    static final int MIN_COUNTER_LENGTH = 40;

    private ValueCodec() {}

    /** Writes a value. */
    static void encode(
            MutableDirectBuffer buffer, int offset, long key, long sequence, int length) {
        ValuePattern.header(buffer, offset, key, sequence, length);
        ValuePattern.fill(buffer, offset, MIN_LENGTH, length, ValuePattern.base(key, sequence));
        buffer.putLong(offset + CHECKSUM, checksum(buffer, offset, length, false));
    }

    /** Writes a counter. Its sequence number is that of the write that created it. */
    static void encodeCounter(
            MutableDirectBuffer buffer,
            int offset,
            long key,
            long sequence,
            int length,
            long count) {
        encode(buffer, offset, key, sequence, length);
        buffer.putLong(offset + COUNT, count);
        buffer.putLong(offset + CHECKSUM, checksum(buffer, offset, length, true));
    }

    /**
     * Checks a value that was found under a key.
     *
     * @return its sequence number.
     * @throws Violation if it belongs to another key, or is truncated or torn.
     */
    static long check(DirectBuffer buffer, int offset, int length, long key) {
        final boolean counter = KeyCodec.isCounter(key);
        if (length < (counter ? MIN_COUNTER_LENGTH : MIN_LENGTH)) {
            throw wrong("a value is truncated", key, buffer, offset, length);
        }
        if (buffer.getLong(offset + KEY) != key) {
            throw wrong("a value belongs to another key", key, buffer, offset, length);
        }
        if (buffer.getLong(offset + LENGTH) != length) {
            throw wrong("a value has the wrong length", key, buffer, offset, length);
        }
        if (buffer.getLong(offset + CHECKSUM) != checksum(buffer, offset, length, counter)) {
            throw wrong("a value is torn", key, buffer, offset, length);
        }
        return sequence(buffer, offset);
    }

    static long sequence(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + SEQUENCE);
    }

    static long count(DirectBuffer buffer, int offset) {
        return buffer.getLong(offset + COUNT);
    }

    /** Returns the index of the first byte that does not match the header, or -1 if all match. */
    static int firstWrongByte(DirectBuffer buffer, int offset, int length) {
        if (length < MIN_LENGTH) {
            return length;
        }
        final long key = buffer.getLong(offset + KEY);
        final long base = ValuePattern.base(key, buffer.getLong(offset + SEQUENCE));
        final int words = length & -Long.BYTES;
        for (int i = KeyCodec.isCounter(key) ? MIN_COUNTER_LENGTH : MIN_LENGTH; i < words; i += 8) {
            if (buffer.getLong(offset + i) != ValuePattern.word(base, i)) {
                return i;
            }
        }
        for (int i = words; i < length; i++) {
            if (buffer.getByte(offset + i) != ValuePattern.tail(base, i)) {
                return i;
            }
        }
        return -1;
    }

    private static Violation wrong(
            String what, long key, DirectBuffer buffer, int offset, int length) {
        if (length < MIN_LENGTH) {
            return new Violation(
                    what, key, "at least 32 bytes", length + " bytes", buffer, offset, length);
        }
        final long checksum = checksum(buffer, offset, length, KeyCodec.isCounter(key));
        return new Violation(
                what,
                key,
                "length " + length + ", checksum " + Long.toHexString(checksum),
                "a header with key "
                        + KeyCodec.show(buffer.getLong(offset + KEY))
                        + ", sequence "
                        + sequence(buffer, offset)
                        + ", length "
                        + buffer.getLong(offset + LENGTH)
                        + ", checksum "
                        + Long.toHexString(buffer.getLong(offset + CHECKSUM)),
                buffer,
                offset,
                length);
    }

    private static long checksum(DirectBuffer buffer, int offset, int length, boolean counter) {
        final int from = counter ? MIN_COUNTER_LENGTH : MIN_LENGTH;
        return ValuePattern.checksum(buffer, offset, from, length);
    }
}
