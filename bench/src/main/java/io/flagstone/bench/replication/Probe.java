// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The values that are replicated. Each has the number of its write and the time of {@code
 * System.nanoTime} at which it was written, in big-endian order, and is padded to the length of all
 * values. One key is written again and again between the others; a replica's reader reads that one.
 */
final class Probe {
    /** The key that is read at the replica. */
    static final long KEY = 0;

    /** The length of a value in bytes. */
    static final int LENGTH = 64;

    private static final int NUMBER_OFFSET = 0;
    private static final int STAMP_OFFSET = 8;

    private Probe() {}

    static void write(MutableDirectBuffer value, long number, long stampNs) {
        value.putLong(NUMBER_OFFSET, number, ByteOrder.BIG_ENDIAN);
        value.putLong(STAMP_OFFSET, stampNs, ByteOrder.BIG_ENDIAN);
    }

    static long number(MutableDirectBuffer value) {
        return value.getLong(NUMBER_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    static long stampNs(MutableDirectBuffer value) {
        return value.getLong(STAMP_OFFSET, ByteOrder.BIG_ENDIAN);
    }
}
