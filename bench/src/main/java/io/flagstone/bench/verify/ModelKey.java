// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * Gives a key the same on-heap identity however it was handed over: to the cache a long is its 8
 * bytes in native order, and the listener sees only bytes.
 */
public final class ModelKey {
    private ModelKey() {}

    /**
     * The identity of a numeric key.
     *
     * @param key the key.
     * @return an object with value equality.
     */
    public static Object of(long key) {
        return key;
    }

    /**
     * The identity of a key's bytes.
     *
     * @param key holds the bytes, which are copied.
     * @param offset where they begin.
     * @param length how many there are.
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
     * The length of a key.
     *
     * @param key an identity given by this class.
     * @return bytes.
     */
    static int length(Object key) {
        return key instanceof ByteBuffer bytes ? bytes.remaining() : Long.BYTES;
    }

    /**
     * Shows a key to people.
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
