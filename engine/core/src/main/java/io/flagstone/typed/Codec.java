// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns objects into bytes and back.
 *
 * <p>Many threads use a codec at once, outside of the cache's locks; only a removal listener's
 * arguments are decoded under a lock. An exception of a codec reaches the caller, and the cache is
 * as it was.
 *
 * <p>A codec of keys has to write equal objects as the same bytes, other objects as other bytes,
 * and at least one byte. The engine has no keys of no bytes, and none longer than {@link
 * io.flagstone.OffHeapCache#MAX_KEY_LENGTH}: to a cache such a key is always missing, and a put
 * refuses it. A codec of values that are compared has to write equal objects as the same bytes.
 *
 * @param <T> the objects' type.
 */
public interface Codec<T> {
    /**
     * Writes an object, from the offset on and without gaps.
     *
     * <p>The cache checks that the returned length was written. It does so by the furthest write: a
     * gap before that is filled with zeros. A codec that writes to the array behind the buffer, or
     * wraps the buffer, cannot be watched. It finds zeros there, and may return any length within
     * the buffer's capacity.
     *
     * @param value never {@code null}.
     * @param buffer grows as it is written to; reused, so the codec must not keep it.
     * @param offset where the object's bytes begin.
     * @return the number of bytes written. The cache throws an {@link IllegalArgumentException} if
     *     it is negative, or if fewer were written.
     */
    int encode(T value, MutableDirectBuffer buffer, int offset);

    /**
     * Reads an object. The buffer may hold bytes of others behind the object's end.
     *
     * @param buffer holds the bytes; reused, so the codec must not keep it.
     * @param offset where they begin.
     * @param length how many there are.
     * @return never {@code null}.
     */
    T decode(DirectBuffer buffer, int offset, int length);

    /**
     * Reads into an object that is there already, if objects of this type can be changed.
     *
     * @param buffer holds the bytes; reused, not to be kept.
     * @param offset where they begin.
     * @param length how many there are.
     * @param reuse what may be changed and returned.
     * @return the object read, which need not be {@code reuse}.
     */
    default T decode(DirectBuffer buffer, int offset, int length, T reuse) {
        return decode(buffer, offset, length);
    }

    /**
     * The buffer that an object is a view of, if it is a flyweight over a buffer of its own: then a
     * value is copied from the cache straight to the buffer's beginning, and nothing is decoded.
     * What lies behind a shorter value stays. A value that the buffer has no room for is {@link
     * #decode decoded}; where there is none, the buffer may hold anything.
     *
     * @param reuse what may be changed and returned.
     * @return the buffer, or {@code null}, as by default.
     */
    default MutableDirectBuffer bufferOf(T reuse) {
        return null;
    }
}
