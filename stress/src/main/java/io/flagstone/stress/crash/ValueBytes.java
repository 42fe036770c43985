// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import static io.flagstone.stress.soak.ValuePattern.CHECKSUM;
import static io.flagstone.stress.soak.ValuePattern.KEY;
import static io.flagstone.stress.soak.ValuePattern.LENGTH;
import static io.flagstone.stress.soak.ValuePattern.SEQUENCE;

import io.flagstone.stress.soak.ValuePattern;
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
    static final int HEADER_BYTES = ValuePattern.HEADER_BYTES;

    /** The length from which a value has counts. */
    static final int COUNTED_BYTES = 56;

    /** The index of the aligned count. */
    static final int ALIGNED = 32;

    /** The index of the unaligned count. */
    static final int UNALIGNED = 43;

    private ValueBytes() {}

    static boolean isCounted(long length) {
        return length >= COUNTED_BYTES;
    }

    /** Writes the value of a key in a state. */
    static void encode(MutableDirectBuffer buffer, int offset, long key, KeyState state) {
        final int length = (int) state.length;
        ValuePattern.fill(buffer, offset, 0, length, ValuePattern.base(key, state.sequence));
        if (length >= HEADER_BYTES) {
            ValuePattern.header(buffer, offset, key, state.sequence, length);
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
        final int from = isCounted(length) ? COUNTED_BYTES : HEADER_BYTES;
        return ValuePattern.checksum(buffer, offset, from, length);
    }
}
