// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * Gives a key the same identity on the heap, whether it comes as a long or as bytes. To the cache a
 * long is its 8 bytes in native order, and the removal handler gets only bytes.
 */
public final class ModelKey {
    private ModelKey() {}

    /**
     * Returns the identity of a numeric key.
     *
     * @param key the key.
     * @return an object with value equality.
     */
    public static Object of(long key) {
        return key;
    }

    /**
     * Returns the identity of a key's bytes.
     *
     * @param key the buffer with the bytes, which are copied.
     * @param offset the offset of the first byte.
     * @param length the number of bytes.
     * @return an object with value equality.
     */
    public static Object of(DirectBuffer key, int offset, int length) {
        if (length == Long.BYTES) {
            return key.getLong(offset, ByteOrder.nativeOrder());
        }
        final byte[] bytes = new byte[length];
        key.getBytes(offset, bytes);
        return ByteBuffer.wrap(bytes);
    }

    /**
     * Returns the length of a key.
     *
     * @param key an identity given by this class.
     * @return bytes.
     */
    static int length(Object key) {
        return key instanceof ByteBuffer bytes ? bytes.remaining() : Long.BYTES;
    }

    /**
     * Formats a key for people.
     *
     * @param key an identity given by this class.
     * @return the number, or the text in quotes.
     */
    static String show(Object key) {
        if (key instanceof ByteBuffer bytes) {
            final String text = StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
            return '"' + text.replaceAll("\\p{Cntrl}", "?") + '"';
        }
        return key.toString();
    }
}
