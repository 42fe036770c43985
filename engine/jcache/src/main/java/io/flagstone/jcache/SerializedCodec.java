// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import javax.cache.CacheException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The default codec of values: Java's serialization.
 *
 * @param <T> the objects' type.
 */
final class SerializedCodec<T> implements Codec<T> {
    /** The codecs of final classes. An object of such a type has exactly this class. */
    private static final Map<Class<?>, Codec<?>> BY_TYPE =
            Map.of(
                    String.class, Codecs.ofString(),
                    Long.class, Codecs.ofLong(),
                    Integer.class, Codecs.ofInt(),
                    Short.class, Codecs.ofShort(),
                    Boolean.class, Codecs.ofBoolean(),
                    Double.class, Codecs.ofDouble(),
                    Float.class, Codecs.ofFloat(),
                    UUID.class, Codecs.ofUuid(),
                    Instant.class, Codecs.ofInstant(),
                    LocalDate.class, Codecs.ofLocalDate());

    private final Codec<T> serialized;

    private SerializedCodec(Class<T> type, ClassLoader classes) {
        this.serialized = Codecs.ofSerializable(type, classes);
    }

    /** Returns the codec of values: the type's own, which is faster, or serialization. */
    static <T> Codec<T> of(Class<T> type, ClassLoader classes) {
        final Codec<T> known = known(type);
        return known == null ? new SerializedCodec<>(type, classes) : known;
    }

    /**
     * Returns the codec of keys: the type's own, or serialization with equal bytes for equal keys.
     */
    static <T> Codec<T> ofKeys(Class<T> type, ClassLoader classes) {
        final Codec<T> known = known(type);
        return known == null
                ? new SerializedKeyCodec<>(
                        type,
                        new SerializedCodec<>(type, classes),
                        Codecs.ofSerializable(Object.class, classes))
                : known;
    }

    @SuppressWarnings("unchecked")
    private static <T> Codec<T> known(Class<T> type) {
        return (Codec<T>) BY_TYPE.get(type);
    }

    @Override
    public int encode(T value, MutableDirectBuffer buffer, int offset) {
        try {
            return serialized.encode(value, buffer, offset);
        } catch (final IllegalArgumentException e) {
            throw ofCache(e);
        }
    }

    @Override
    public T decode(DirectBuffer buffer, int offset, int length) {
        try {
            return serialized.decode(buffer, offset, length);
        } catch (final IllegalArgumentException e) {
            throw ofCache(e);
        }
    }

    /** Returns a failed serialization as the specification's exception, others unchanged. */
    private static RuntimeException ofCache(IllegalArgumentException e) {
        final Throwable cause = e.getCause();
        return cause instanceof IOException || cause instanceof ClassNotFoundException
                ? new CacheException(e.getMessage(), cause)
                : e;
    }
}
