// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The values that are written: a number in big-endian order, in the first and in the last eight
 * bytes.
 */
final class NumberedValue {
    /** The length of a value in bytes. */
    static final int LENGTH = 64;

    /** Stands for the number of a value that is not there. */
    static final long ABSENT = -1;

    /** Stands for the number of a value that nobody has written. */
    static final long DAMAGED = -2;

    private static final int SECOND_OFFSET = LENGTH - Long.BYTES;

    private NumberedValue() {}

    static void write(MutableDirectBuffer buffer, int offset, long number) {
        buffer.putLong(offset, number, ByteOrder.BIG_ENDIAN);
        buffer.putLong(offset + SECOND_OFFSET, number, ByteOrder.BIG_ENDIAN);
    }

    /** Returns the number of a value, or {@link #DAMAGED} if {@link #write} has not made it. */
    static long read(DirectBuffer buffer, int offset, int length) {
        if (length != LENGTH) {
            return DAMAGED;
        }
        final long number = buffer.getLong(offset, ByteOrder.BIG_ENDIAN);
        final long second = buffer.getLong(offset + SECOND_OFFSET, ByteOrder.BIG_ENDIAN);
        return number == second ? number : DAMAGED;
    }
}
