// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * How a key's number becomes its bytes: the number itself, followed for every other key by bytes
 * that depend on it.
 *
 * @param maxBytes the longest key, from 9.
 */
record KeyCodec(int maxBytes) {
    private static final long FIRST_COUNTER = 1L << 32;

    /** The number of a counter's key. */
    static long counter(int counter) {
        return FIRST_COUNTER + counter;
    }

    static boolean isCounter(long key) {
        return key >= FIRST_COUNTER;
    }

    /** Which counter a key belongs to. */
    static int counterOf(long key) {
        return (int) (key - FIRST_COUNTER);
    }

    /** As it is printed. */
    static String show(long key) {
        return isCounter(key) ? "counter " + counterOf(key) : Long.toString(key);
    }

    /** The bytes of a key, 8 where it can also be used as a {@code long}. */
    int length(long key) {
        final long mixed = BitMixer.mix(key);
        return (mixed & 1) == 0
                ? Long.BYTES
                : Long.BYTES + 1 + (int) ((mixed >>> 1) % (maxBytes - Long.BYTES));
    }

    void write(long key, MutableDirectBuffer buffer, int offset) {
        final int length = length(key);
        buffer.putLong(offset, key);
        for (int i = Long.BYTES; i < length; i++) {
            buffer.putByte(offset + i, filler(key, i));
        }
    }

    /**
     * Checks a key that the cache shows.
     *
     * @return its number.
     */
    long check(DirectBuffer bytes) {
        if (bytes.capacity() < Long.BYTES) {
            throw new Violation(
                    "a key is truncated", "at least 8 bytes", bytes.capacity() + " bytes");
        }
        final long key = bytes.getLong(0);
        if (bytes.capacity() != length(key)) {
            throw new Violation(
                    "a key has not its length",
                    key,
                    length(key) + " bytes",
                    bytes.capacity() + " bytes");
        }
        for (int i = Long.BYTES; i < bytes.capacity(); i++) {
            if (bytes.getByte(i) != filler(key, i)) {
                throw new Violation(
                        "a key is torn",
                        key,
                        "byte " + i + " is " + filler(key, i),
                        Byte.toString(bytes.getByte(i)));
            }
        }
        return key;
    }

    private static byte filler(long key, int index) {
        return (byte) (key * 31 + index * 7);
    }
}
