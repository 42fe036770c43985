// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.stress.soak.BitMixer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes values, compares them and describes wrong ones. Every byte follows from the key and its
 * {@link KeyState}, so a comparison finds a torn, truncated, old or foreign value. A value of at
 * least {@value #HEADER_BYTES} bytes also names its key, sequence number and length and has a
 * checksum, so that a wrong one can be described.
 *
 * <p>A value of at least {@value #COUNTED_BYTES} bytes has two counts, at an aligned and at an
 * unaligned index. They change in place, so the checksum excludes all bytes between the header and
 * {@value #COUNTED_BYTES}.
 */
final class ValueBytes {
    /** The length from which a value has a header. */
    static final int HEADER_BYTES = 32;

    /** The length from which a value has counts. */
    static final int COUNTED_BYTES = 56;

    /** The index of the aligned count. */
    static final int ALIGNED = 32;

    /** The index of the unaligned count. */
    static final int UNALIGNED = 43;

    private static final int KEY = 0;
    private static final int SEQUENCE = 8;
    private static final int LENGTH = 16;
    private static final int CHECKSUM = 24;
    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long FACTOR = 0xD6E8FEB86659FD93L;

    private ValueBytes() {}

    static boolean isCounted(long length) {
        return length >= COUNTED_BYTES;
    }

    /** Writes the value of a key in a state. */
    static void encode(MutableDirectBuffer buffer, int offset, long key, KeyState state) {
        final int length = (int) state.length;
        final long base = BitMixer.mix(key ^ BitMixer.mix(state.sequence));
        final int words = length & -Long.BYTES;
        for (int i = 0; i < words; i += Long.BYTES) {
            buffer.putLong(offset + i, base + i * STEP);
        }
        for (int i = words; i < length; i++) {
            buffer.putByte(offset + i, (byte) (base + i * STEP >>> Integer.SIZE));
        }
        if (length >= HEADER_BYTES) {
            buffer.putLong(offset + KEY, key);
            buffer.putLong(offset + SEQUENCE, state.sequence);
            buffer.putLong(offset + LENGTH, length);
            buffer.putLong(offset + CHECKSUM, checksum(buffer, offset, length));
        }
        if (isCounted(length)) {
            buffer.putLong(offset + ALIGNED, state.alignedCount);
            buffer.putLong(offset + UNALIGNED, state.unalignedCount);
        }
    }

    /** Returns the index of the first byte that differs, or -1 if the ranges are equal. */
    static int mismatch(
            DirectBuffer expected, int expectedOffset, DirectBuffer found, int offset, int length) {
        final int words = length & -Long.BYTES;
        int i = 0;
        while (i < words && expected.getLong(expectedOffset + i) == found.getLong(offset + i)) {
            i += Long.BYTES;
        }
        for (; i < length; i++) {
            if (expected.getByte(expectedOffset + i) != found.getByte(offset + i)) {
                return i;
            }
        }
        return -1;
    }

    /** Describes a value by its own header. */
    static String describe(DirectBuffer value, int offset, int length) {
        if (length < HEADER_BYTES) {
            final StringBuilder text = new StringBuilder(length + " bytes:");
            for (int i = 0; i < length; i++) {
                text.append(String.format(" %02x", value.getByte(offset + i)));
            }
            return text.toString();
        }
        final boolean whole =
                value.getLong(offset + LENGTH) == length
                        && value.getLong(offset + CHECKSUM) == checksum(value, offset, length);
        return length
                + " bytes, "
                + (whole ? "whole" : "torn")
                + ", that name key "
                + value.getLong(offset + KEY)
                + ", sequence "
                + value.getLong(offset + SEQUENCE)
                + ", length "
                + value.getLong(offset + LENGTH)
                + (isCounted(length)
                        ? ", counts "
                                + value.getLong(offset + ALIGNED)
                                + " and "
                                + value.getLong(offset + UNALIGNED)
                        : "");
    }

    private static long checksum(DirectBuffer buffer, int offset, int length) {
        long sum = next(length, buffer.getLong(offset + KEY));
        sum = next(sum, buffer.getLong(offset + SEQUENCE));
        sum = next(sum, buffer.getLong(offset + LENGTH));
        final int words = length & -Long.BYTES;
        final int from = isCounted(length) ? COUNTED_BYTES : HEADER_BYTES;
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
