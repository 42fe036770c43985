// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The bytes of values, which follow from key and sequence number, and the checksum over them. A
 * value may begin with a header that names its key, its sequence number, its length and its
 * checksum, each in eight bytes.
 *
 * <p>Allocates nothing.
 */
public final class ValuePattern {
    /** The offset of the key in a header. */
    public static final int KEY = 0;

    /** The offset of the sequence number. */
    public static final int SEQUENCE = 8;

    /** The offset of the length. */
    public static final int LENGTH = 16;

    /** The offset of the checksum. */
    public static final int CHECKSUM = 24;

    /** The length of a header. */
    public static final int HEADER_BYTES = 32;

    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long FACTOR = 0xD6E8FEB86659FD93L;

    private ValuePattern() {}

    /** Returns the number from which the bytes of a value follow. */
    public static long base(long key, long sequence) {
        return BitMixer.mix(key ^ BitMixer.mix(sequence));
    }

    /** Returns the eight bytes at an index, a multiple of eight. */
    public static long word(long base, int index) {
        return base + index * STEP;
    }

    /** Returns one of the bytes after the last eight. */
    public static byte tail(long base, int index) {
        return (byte) (word(base, index) >>> Integer.SIZE);
    }

    /** Writes the bytes of a value from an index on, which is a multiple of eight. */
    public static void fill(
            MutableDirectBuffer buffer, int offset, int from, int length, long base) {
        final int words = length & -Long.BYTES;
        for (int i = from; i < words; i += Long.BYTES) {
            buffer.putLong(offset + i, word(base, i));
        }
        for (int i = words; i < length; i++) {
            buffer.putByte(offset + i, tail(base, i));
        }
    }

    /** Writes a header, except for the checksum. */
    public static void header(
            MutableDirectBuffer buffer, int offset, long key, long sequence, int length) {
        buffer.putLong(offset + KEY, key);
        buffer.putLong(offset + SEQUENCE, sequence);
        buffer.putLong(offset + LENGTH, length);
    }

    /**
     * Returns the checksum of a value with a header.
     *
     * @param from the index, a multiple of eight, before which only the header counts.
     */
    public static long checksum(DirectBuffer buffer, int offset, int from, int length) {
        long sum = next(length, buffer.getLong(offset + KEY));
        sum = next(sum, buffer.getLong(offset + SEQUENCE));
        sum = next(sum, buffer.getLong(offset + LENGTH));
        final int words = length & -Long.BYTES;
        for (int i = from; i < words; i += Long.BYTES) {
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
