// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes objects into bytes and decodes them. Must be thread-safe.
 *
 * <p>Many threads use a codec at the same time, outside of the cache's locks. Only the arguments of
 * a removal listener are decoded under a lock. If a codec throws, the caller gets the exception and
 * the cache is unchanged.
 *
 * <p>A codec of keys must write the same bytes for equal objects, different bytes for different
 * objects, and at least one byte. The engine accepts neither an empty key nor one longer than
 * {@link io.flagstone.OffHeapCache#MAX_KEY_LENGTH}: such a key is always missing, and a put of it
 * throws. If values are compared, their codec must write the same bytes for equal objects.
 *
 * @param <T> the objects' type.
 */
public interface Codec<T> {
    /**
     * Writes an object at the offset, without gaps.
     *
     * <p>The cache checks that the codec's furthest write reaches the returned length. Gaps before
     * that write are filled with zeros. The cache cannot check a codec that writes to the array
     * behind the buffer, or that wraps the buffer. Such a codec finds zeros there, and may return
     * any length within the buffer's capacity.
     *
     * @param value the object, never {@code null}.
     * @param buffer grows as the codec writes to it. It is reused, so the codec must not keep it.
     * @param offset where to write the first byte.
     * @return the number of bytes written. If it is negative or more than was written, the cache
     *     throws an {@link IllegalArgumentException}.
     */
    int encode(T value, MutableDirectBuffer buffer, int offset);

    /**
     * Reads an object. The buffer may hold unrelated bytes after the object's end.
     *
     * @param buffer holds the bytes. It is reused, so the codec must not keep it.
     * @param offset where the bytes begin.
     * @param length the number of bytes.
     * @return the object, never {@code null}.
     */
    T decode(DirectBuffer buffer, int offset, int length);

    /**
     * Reads into an existing object, if objects of this type are mutable. By default, reads a new
     * object.
     *
     * @param buffer holds the bytes. It is reused, so the codec must not keep it.
     * @param offset where the bytes begin.
     * @param length the number of bytes.
     * @param reuse an object that the codec may change and return.
     * @return the object that was read; it may be another than {@code reuse}.
     */
    default T decode(DirectBuffer buffer, int offset, int length, T reuse) {
        return decode(buffer, offset, length);
    }

    /**
     * Returns the buffer of a flyweight, an object that is a view of a buffer of its own. A read
     * then copies the value from the cache to the beginning of that buffer and decodes nothing.
     * Bytes after a shorter value stay unchanged. If the buffer has no room for the value, the
     * value is {@link #decode decoded}. If the read finds no value, the buffer's content is
     * undefined.
     *
     * @param reuse an object that the codec may change and return.
     * @return the buffer, or {@code null}, the default, if the object is not a flyweight.
     */
    default MutableDirectBuffer bufferOf(T reuse) {
        return null;
    }
}
