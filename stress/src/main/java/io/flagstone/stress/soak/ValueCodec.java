// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

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
    static final int MIN_LENGTH = 32;

    /** The offset of a counter's count. */
    static final int COUNT = 32;

    /** The offset of the sequence number. */
    static final int SEQUENCE = 8;

    /** The length of the shortest counter. */
    static final int MIN_COUNTER_LENGTH = 40;

    private static final int KEY = 0;
    private static final int LENGTH = 16;
    private static final int CHECKSUM = 24;

    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long FACTOR = 0xD6E8FEB86659FD93L;

    private ValueCodec() {}

    /** Writes a value. */
    static void encode(
            MutableDirectBuffer buffer, int offset, long key, long sequence, int length) {
        buffer.putLong(offset + KEY, key);
        buffer.putLong(offset + SEQUENCE, sequence);
        buffer.putLong(offset + LENGTH, length);
        final long base = base(key, sequence);
        final int words = length & -Long.BYTES;
        for (int i = MIN_LENGTH; i < words; i += Long.BYTES) {
            buffer.putLong(offset + i, base + i * STEP);
        }
        for (int i = words; i < length; i++) {
            buffer.putByte(offset + i, (byte) (base + i * STEP >>> Integer.SIZE));
        }
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
        final long base = base(key, buffer.getLong(offset + SEQUENCE));
        final int words = length & -Long.BYTES;
        for (int i = KeyCodec.isCounter(key) ? MIN_COUNTER_LENGTH : MIN_LENGTH; i < words; i += 8) {
            if (buffer.getLong(offset + i) != base + i * STEP) {
                return i;
            }
        }
        for (int i = words; i < length; i++) {
            if (buffer.getByte(offset + i) != (byte) (base + i * STEP >>> Integer.SIZE)) {
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

    private static long base(long key, long sequence) {
        return BitMixer.mix(key ^ BitMixer.mix(sequence));
    }

    private static long checksum(DirectBuffer buffer, int offset, int length, boolean counter) {
        long sum = length;
        sum = next(sum, buffer.getLong(offset + KEY));
        sum = next(sum, buffer.getLong(offset + SEQUENCE));
        sum = next(sum, buffer.getLong(offset + LENGTH));
        final int words = length & -Long.BYTES;
        for (int i = counter ? MIN_COUNTER_LENGTH : MIN_LENGTH; i < words; i += Long.BYTES) {
            sum = next(sum, buffer.getLong(offset + i));
        }
        for (int i = words; i < length; i++) {
            sum = next(sum, buffer.getByte(offset + i));
        }
        return sum;
    }

    private static long next(long sum, long word) {
        return Long.rotateLeft((sum ^ word) * FACTOR, 29);
    }
}
