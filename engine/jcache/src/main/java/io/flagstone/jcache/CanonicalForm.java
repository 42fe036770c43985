// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Serializes a key so that equal keys have equal bytes, as far as this is possible. For one key,
 * not thread-safe. It removes these differences, which plain serialization keeps:
 *
 * <ul>
 *   <li>Identity: plain serialization writes an object once and then references to it, but writes
 *       equal objects in full. Here, of all objects with equal bytes, one is written, and the
 *       others are references to it.
 *   <li>Collection classes: equal lists may have different classes. Here a list is written as an
 *       {@code ArrayList}, a set as a {@code LinkedHashSet} and a map as a {@code LinkedHashMap},
 *       in the order of the bytes of their elements or keys. A collection keeps its class if a
 *       field or an array that may hold it does not accept the new class, or if it does not equal
 *       its copy.
 *   <li>Lazy hash codes: an object may keep its hash code in a field. If a field may hold one, the
 *       hash code is computed first.
 * </ul>
 */
final class CanonicalForm {
    /** Exact classes whose objects are equal only if their serialized fields are equal. */
    private static final Set<Class<?>> VALUES =
            Set.of(
                    String.class,
                    Boolean.class,
                    Character.class,
                    Byte.class,
                    Short.class,
                    Integer.class,
                    Long.class,
                    Float.class,
                    Double.class,
                    BigInteger.class,
                    BigDecimal.class,
                    UUID.class,
                    Date.class);

    private final KeyClasses classes;
    private final UnaryOperator<Object> roundTrip;

    /** Maps an object to the object that is written instead. */
    private final Map<Object, Object> replaced = new IdentityHashMap<>();

    /** The first of equal objects of {@link #VALUES}. Objects of two classes are never equal. */
    private final Map<Object, Object> values = new HashMap<>();

    /** The first of other objects with equal bytes. */
    private final Map<ByteBuffer, Object> objects = new HashMap<>();

    /** Declared types in the key that may not accept a collection's new class. */
    private final Set<Class<?>> demanding = new HashSet<>();

    private Object root;
    private boolean surveyed;

    /**
     * Prepares for a key.
     *
     * @param classes the traits of classes.
     * @param roundTrip serializes and deserializes an object.
     * @param type the declared type of keys.
     */
    CanonicalForm(KeyClasses classes, UnaryOperator<Object> roundTrip, Class<?> type) {
        this.classes = classes;
        this.roundTrip = roundTrip;
        noteDemand(type);
    }

    /** Returns the bytes of the key. */
    byte[] bytesOf(Object key) throws IOException {
        root = key;
        replaced.put(key, key);
        final Object plain = prepare(key);
        replaced.put(plain, plain);
        return serialize(plain);
    }

    private byte[] serialize(Object object) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (ObjectOutputStream output = new Output(bytes)) {
            output.writeObject(object);
        }
        return bytes.toByteArray();
    }

    /** Returns the object to write instead of one: the first object with equal bytes. */
    private Object replace(Object object) throws IOException {
        if (object instanceof Enum) {
            return object;
        }
        if (VALUES.contains(object.getClass())) {
            final Object first = values.putIfAbsent(object, object);
            return first == null ? object : first;
        }
        final Object known = replaced.get(object);
        if (known != null) {
            return known;
        }
        // The parts of the object may refer to it. While they are written, it replaces itself.
        replaced.put(object, object);
        final Object plain = prepare(object);
        replaced.put(plain, plain);
        final Object earlier = objects.putIfAbsent(ByteBuffer.wrap(serialize(plain)), plain);
        final Object first = earlier == null ? plain : earlier;
        replaced.put(object, first);
        replaced.put(plain, first);
        return first;
    }

    /**
     * Returns the plain collection that equals the object, or the object with its hash computed.
     */
    private Object prepare(Object object) throws IOException {
        if (!isOrdinary(object)) {
            return plain(object);
        }
        if (classes.mayKeepAHash(object.getClass())) {
            object.hashCode();
        }
        return resolved(object);
    }

    private static boolean isOrdinary(Object object) {
        return !(object instanceof Collection)
                && !(object instanceof Map)
                && !object.getClass().isArray()
                && !Proxy.isProxyClass(object.getClass());
    }

    /**
     * Returns the collection that an object is a substitute for, or the object. Many immutable
     * collections are serialized as a substitute, which is read as a collection again.
     */
    private Object resolved(Object object) throws IOException {
        if (!classes.mayStandForAnother(object.getClass())) {
            return object;
        }
        final Object read;
        try {
            read = roundTrip.apply(object);
        } catch (final RuntimeException e) {
            // The key cannot be deserialized either, but lookups find it.
            return object;
        }
        if (!(read instanceof Collection) && !(read instanceof Map)) {
            return object;
        }
        final Object plain = plain(read);
        // A collection that keeps its class is serialized as such a substitute again. Replacing it
        // would never end.
        return plain == read && plain.getClass() != ArrayList.class ? object : plain;
    }

    private Object plain(Object object) throws IOException {
        final Object plain;
        if (object instanceof List<?> list) {
            plain = list.getClass() == ArrayList.class ? list : new ArrayList<Object>(list);
        } else if (object instanceof Set<?> set) {
            plain = sorted(set);
        } else if (object instanceof Map<?, ?> map) {
            plain = sorted(map);
        } else {
            return object;
        }
        return isAdmitted(object, plain) && plain.equals(object) && object.equals(plain)
                ? plain
                : object;
    }

    private boolean isAdmitted(Object object, Object plain) throws IOException {
        if (object.getClass() == plain.getClass()) {
            return true;
        }
        // All declared types must be known before the first collection is replaced.
        if (!surveyed) {
            surveyed = true;
            try (ObjectOutputStream survey = new Survey()) {
                survey.writeObject(root);
            }
        }
        for (final Class<?> type : demanding) {
            if (type.isInstance(object) && !type.isInstance(plain)) {
                return false;
            }
        }
        return true;
    }

    private Set<Object> sorted(Set<?> set) throws IOException {
        final Map<ByteBuffer, Object> byBytes = new TreeMap<>();
        for (final Object element : set) {
            byBytes.put(ByteBuffer.wrap(serialize(element)), element);
        }
        // The capacity is serialized as well, so it depends on the size alone.
        final Set<Object> sorted = new LinkedHashSet<>(2 * byBytes.size());
        sorted.addAll(byBytes.values());
        return sorted;
    }

    private Map<Object, Object> sorted(Map<?, ?> map) throws IOException {
        final Map<ByteBuffer, Map.Entry<?, ?>> byBytes = new TreeMap<>();
        for (final Map.Entry<?, ?> entry : map.entrySet()) {
            byBytes.put(ByteBuffer.wrap(serialize(entry.getKey())), entry);
        }
        final Map<Object, Object> sorted = new LinkedHashMap<>(2 * byBytes.size());
        byBytes.values().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    /** Adds the declared types of a class's fields or array elements. */
    private void noteDemands(Class<?> type) {
        if (type.isArray()) {
            Class<?> component = type.getComponentType();
            while (component.isArray()) {
                component = component.getComponentType();
            }
            noteDemand(component);
            return;
        }
        KeyClasses.fields(type).forEach(field -> noteDemand(field.getType()));
    }

    private void noteDemand(Class<?> type) {
        if ((type.isInterface()
                        || Collection.class.isAssignableFrom(type)
                        || Map.class.isAssignableFrom(type))
                && !(type.isAssignableFrom(ArrayList.class)
                        && type.isAssignableFrom(LinkedHashSet.class)
                        && type.isAssignableFrom(LinkedHashMap.class))) {
            demanding.add(type);
        }
    }

    /**
     * A stream that writes nothing and collects the declared types of fields and array elements.
     */
    private final class Survey extends ObjectOutputStream {
        Survey() throws IOException {
            super(OutputStream.nullOutputStream());
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            if (object instanceof Serializable) {
                noteDemands(object.getClass());
                return object;
            }
            if (object instanceof Collection<?> collection) {
                return new ArrayList<Object>(collection);
            }
            return object instanceof Map<?, ?> map
                    ? new LinkedHashMap<Object, Object>(map)
                    : object;
        }
    }

    /** A stream that replaces each object. */
    private final class Output extends ObjectOutputStream {
        Output(OutputStream bytes) throws IOException {
            super(bytes);
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) throws IOException {
            return replace(object);
        }
    }
}
