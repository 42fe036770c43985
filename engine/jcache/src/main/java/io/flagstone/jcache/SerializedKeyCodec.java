// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.typed.Codec;
import java.io.IOException;
import javax.cache.CacheException;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The default codec of keys: Java's serialization in a {@link CanonicalForm}, so that equal keys
 * have equal bytes. Keys are read by plain deserialization.
 *
 * @param <T> the keys' type.
 */
final class SerializedKeyCodec<T> implements Codec<T> {
    private final KeyClasses classes = new KeyClasses();
    private final Class<T> type;
    private final Codec<T> serialized;
    private final Codec<Object> any;

    SerializedKeyCodec(Class<T> type, Codec<T> serialized, Codec<Object> any) {
        this.type = type;
        this.serialized = serialized;
        this.any = any;
    }

    @Override
    public int encode(T key, MutableDirectBuffer buffer, int offset) {
        final byte[] bytes;
        try {
            bytes = new CanonicalForm(classes, this::roundTrip, type).bytesOf(key);
        } catch (final IOException e) {
            throw new CacheException(
                    "a key of " + key.getClass() + " cannot be serialized: " + e, e);
        }
        buffer.putBytes(offset, bytes);
        return bytes.length;
    }

    /** Returns the object that deserialization makes of a serialized object. */
    private Object roundTrip(Object object) {
        final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
        return any.decode(bytes, 0, any.encode(object, bytes, 0));
    }

    @Override
    public T decode(DirectBuffer buffer, int offset, int length) {
        return serialized.decode(buffer, offset, length);
    }
}
