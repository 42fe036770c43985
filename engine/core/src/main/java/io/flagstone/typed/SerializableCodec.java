// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.io.DirectBufferInputStream;
import org.agrona.io.ExpandableDirectBufferOutputStream;

/** A codec that uses Java's serialization. */
final class SerializableCodec<T> implements Codec<T> {
    private final Class<T> type;
    private final ClassLoader classes;

    SerializableCodec(Class<T> type, ClassLoader classes) {
        this.type = Objects.requireNonNull(type, "type");
        this.classes = classes;
    }

    @Override
    public int encode(T value, MutableDirectBuffer buffer, int offset) {
        final ExpandableDirectBufferOutputStream bytes =
                new ExpandableDirectBufferOutputStream(buffer, offset);
        try (ObjectOutputStream objects = new ObjectOutputStream(bytes)) {
            objects.writeObject(value);
        } catch (final IOException e) {
            throw new IllegalArgumentException(
                    "an object of " + value.getClass() + " cannot be serialized: " + e, e);
        }
        return bytes.position();
    }

    @Override
    public T decode(DirectBuffer buffer, int offset, int length) {
        final Object read;
        try (ObjectInputStream objects =
                new Input(new DirectBufferInputStream(buffer, offset, length), classes)) {
            read = objects.readObject();
        } catch (final IOException | ClassNotFoundException e) {
            throw new IllegalArgumentException(
                    "the bytes cannot be deserialized as " + type.getName() + ": " + e, e);
        }
        if (!type.isInstance(read)) {
            throw new IllegalArgumentException(
                    "the deserialized object must be an instance of "
                            + type.getName()
                            + ": type="
                            + (read == null ? "null" : read.getClass().getName()));
        }
        return type.cast(read);
    }

    /** Looks classes up in several class loaders, one after the other. */
    private static final class Input extends ObjectInputStream {
        private static final Map<String, Class<?>> PRIMITIVES =
                Stream.of(
                                boolean.class,
                                byte.class,
                                char.class,
                                short.class,
                                int.class,
                                long.class,
                                float.class,
                                double.class,
                                void.class)
                        .collect(Collectors.toUnmodifiableMap(Class::getName, Function.identity()));

        private final ClassLoader first;

        Input(InputStream bytes, ClassLoader first) throws IOException {
            super(bytes);
            this.first = first;
        }

        /** A lookup in one class loader. */
        private interface Lookup {
            Class<?> by(ClassLoader loader) throws ClassNotFoundException;
        }

        private Class<?> lookUp(Lookup lookup) throws ClassNotFoundException {
            try {
                return lookup.by(first);
            } catch (final ClassNotFoundException e) {
                final ClassLoader context = Thread.currentThread().getContextClassLoader();
                try {
                    return lookup.by(context == null ? first : context);
                } catch (final ClassNotFoundException again) {
                    return lookup.by(SerializableCodec.class.getClassLoader());
                }
            }
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass description)
                throws ClassNotFoundException {
            final String name = description.getName();
            final Class<?> primitive = PRIMITIVES.get(name);
            return primitive == null
                    ? lookUp(loader -> Class.forName(name, false, loader))
                    : primitive;
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws ClassNotFoundException {
            return lookUp(loader -> proxyClass(interfaces, loader));
        }

        /**
         * Returns a proxy class. The class loader of an interface that is not public defines it,
         * otherwise the given one.
         */
        private static Class<?> proxyClass(String[] interfaces, ClassLoader loader)
                throws ClassNotFoundException {
            final Class<?>[] found = new Class<?>[interfaces.length];
            ClassLoader defining = loader;
            for (int i = 0; i < found.length; i++) {
                found[i] = Class.forName(interfaces[i], false, loader);
                if (!Modifier.isPublic(found[i].getModifiers())) {
                    defining = found[i].getClassLoader();
                }
            }
            try {
                return Proxy.newProxyInstance(defining, found, (proxy, method, arguments) -> null)
                        .getClass();
            } catch (final IllegalArgumentException e) {
                throw new ClassNotFoundException(
                        "cannot define a proxy class of " + String.join(", ", interfaces), e);
            }
        }
    }
}
