// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes a key's number as its bytes, and checks them. The bytes are the number itself; half of
 * the keys have further bytes, which depend on the number.
 *
 * @param maxBytes the length of the longest key, at least 9.
 */
public record KeyCodec(int maxBytes) {
    private static final long FIRST_COUNTER = 1L << 32;

    /** Returns the number of a counter's key. */
    static long counter(int counter) {
        return FIRST_COUNTER + counter;
    }

    static boolean isCounter(long key) {
        return key >= FIRST_COUNTER;
    }

    /** Returns the counter of a key. */
    static int counterOf(long key) {
        return (int) (key - FIRST_COUNTER);
    }

    /** Returns the key as text to print. */
    static String show(long key) {
        return isCounter(key) ? "counter " + counterOf(key) : Long.toString(key);
    }

    /**
     * Returns the length of a key. A key of 8 bytes can also be used as a {@code long}.
     *
     * @param key the key's number.
     * @return the length in bytes.
     */
    public int length(long key) {
        final long mixed = BitMixer.mix(key);
        return (mixed & 1) == 0
                ? Long.BYTES
                : Long.BYTES + 1 + (int) ((mixed >>> 1) % (maxBytes - Long.BYTES));
    }

    /**
     * Writes the bytes of a key.
     *
     * @param key the key's number.
     * @param buffer receives the bytes.
     * @param offset the offset at which to write.
     */
    public void write(long key, MutableDirectBuffer buffer, int offset) {
        final int length = length(key);
        buffer.putLong(offset, key);
        for (int i = Long.BYTES; i < length; i++) {
            buffer.putByte(offset + i, filler(key, i));
        }
    }

    /**
     * Checks a key that the cache passed to a callback.
     *
     * @param bytes exactly the key's bytes.
     * @return its number.
     * @throws Violation if it is truncated or torn, or has the wrong length.
     */
    public long check(DirectBuffer bytes) {
        if (bytes.capacity() < Long.BYTES) {
            throw new Violation(
                    "a key is truncated", "at least 8 bytes", bytes.capacity() + " bytes");
        }
        final long key = bytes.getLong(0);
        if (bytes.capacity() != length(key)) {
            throw new Violation(
                    "a key has the wrong length",
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
