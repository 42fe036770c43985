package io.flagstone.jcache;

import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.cache.CacheException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.io.DirectBufferInputStream;
import org.agrona.io.ExpandableDirectBufferOutputStream;

/**
 * Writes objects by Java's serialization.
 *
 * <p>Equal keys have to have equal bytes, and serialization writes an object that it meets again as
 * a reference to the first: a pair of one string twice would differ from a pair of two equal
 * strings. So equal strings and numbers are made one object before they are written. Of other
 * objects the key's class has to see to it itself; sets and maps that hash do not.
 *
 * @param <T> the objects' type.
 */
final class SerializedCodec<T> implements Codec<T> {
    private static final Map<Class<?>, Codec<?>> BY_TYPE =
            Map.of(
                    String.class, Codecs.ofString(),
                    Long.class, Codecs.ofLong(),
                    Integer.class, Codecs.ofInt(),
                    UUID.class, Codecs.ofUuid());

    private final ClassLoader classes;

    private SerializedCodec(ClassLoader classes) {
        this.classes = classes;
    }

    /** The codec that has the same meaning for a type and is faster, or serialization. */
    @SuppressWarnings("unchecked")
    static <T> Codec<T> of(Class<T> type, ClassLoader classes) {
        final Codec<?> known = BY_TYPE.get(type);
        return known == null ? new SerializedCodec<>(classes) : (Codec<T>) known;
    }

    @Override
    public int encode(T value, MutableDirectBuffer buffer, int offset) {
        final ExpandableDirectBufferOutputStream bytes =
                new ExpandableDirectBufferOutputStream(buffer, offset);
        try (ObjectOutputStream objects = new CanonicalOutput(bytes)) {
            objects.writeObject(value);
        } catch (final IOException e) {
            throw new CacheException(
                    "an object of " + value.getClass() + " cannot be serialized", e);
        }
        return bytes.position();
    }

    @Override
    @SuppressWarnings("unchecked")
    public T decode(DirectBuffer buffer, int offset, int length) {
        try (ObjectInputStream objects =
                new ClassLoaderInput(
                        new DirectBufferInputStream(buffer, offset, length), classes)) {
            return (T) objects.readObject();
        } catch (final IOException | ClassNotFoundException e) {
            throw new CacheException("what the cache holds cannot be deserialized", e);
        }
    }

    /** Writes equal strings and numbers as one object. */
    private static final class CanonicalOutput extends ObjectOutputStream {
        private final Map<Object, Object> canonical = new HashMap<>();

        CanonicalOutput(OutputStream bytes) throws IOException {
            super(bytes);
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            if (object instanceof String || object instanceof Number) {
                final Object first = canonical.putIfAbsent(object, object);
                return first == null ? object : first;
            }
            return object;
        }
    }

    /** Finds classes by the manager's class loader. */
    private static final class ClassLoaderInput extends ObjectInputStream {
        private final ClassLoader classes;

        ClassLoaderInput(InputStream bytes, ClassLoader classes) throws IOException {
            super(bytes);
            this.classes = classes;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description)
                throws IOException, ClassNotFoundException {
            try {
                return Class.forName(description.getName(), false, classes);
            } catch (final ClassNotFoundException e) {
                // Primitive types have no class to be found by name.
                return super.resolveClass(description);
            }
        }
    }
}
