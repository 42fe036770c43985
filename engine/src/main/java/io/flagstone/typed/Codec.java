package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns objects into bytes and back.
 *
 * <p>A codec is used by many threads at once and outside of the cache's locks, but for a removal
 * listener's sake. Equal objects must have equal bytes where they are keys, or are compared as
 * values. What a codec throws reaches the caller, and the cache is as it was.
 *
 * @param <T> the objects' type.
 */
public interface Codec<T> {
    /**
     * Writes an object.
     *
     * @param value never {@code null}.
     * @param buffer grows as it is written to; reused, not to be kept.
     * @param offset where the object's bytes begin.
     * @return how many bytes were written.
     */
    int encode(T value, MutableDirectBuffer buffer, int offset);

    /**
     * Reads an object.
     *
     * @param buffer holds the bytes; reused, not to be kept.
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
