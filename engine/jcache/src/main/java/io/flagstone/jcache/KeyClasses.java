// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * A cache of the traits of classes that {@link CanonicalForm} needs, because finding them is slow.
 * It does not prevent class unloading. Thread-safe.
 */
final class KeyClasses {
    private static final int KEEPS_HASH = 1;
    private static final int STANDS_FOR_ANOTHER = 2;

    /** The types of fields that can hold a hash code. */
    private static final Set<Class<?>> NUMBERS =
            Set.of(int.class, long.class, Integer.class, Long.class);

    private final Map<Class<?>, Integer> known = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Returns whether a serialized field may hold a hash code. Only then is {@code hashCode}
     * called, because it may not terminate for objects that refer to each other.
     */
    boolean mayKeepAHash(Class<?> type) {
        return has(type, KEEPS_HASH);
    }

    /** Returns whether {@code readResolve} may replace an object of the class. */
    boolean mayStandForAnother(Class<?> type) {
        return has(type, STANDS_FOR_ANOTHER);
    }

    private boolean has(Class<?> type, int trait) {
        final Integer traits = known.get(type);
        return ((traits == null ? findOut(type) : traits) & trait) != 0;
    }

    private int findOut(Class<?> type) {
        final int traits =
                (hasNumber(type) ? KEEPS_HASH : 0)
                        | (declaresReadResolve(type) ? STANDS_FOR_ANOTHER : 0);
        known.put(type, traits);
        return traits;
    }

    private static boolean hasNumber(Class<?> type) {
        return !type.isRecord()
                && fields(type).stream().anyMatch(field -> NUMBERS.contains(field.getType()));
    }

    private static boolean declaresReadResolve(Class<?> type) {
        // These classes never become collections.
        if (type.getPackageName().equals("java.time")) {
            return false;
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                c.getDeclaredMethod("readResolve");
                return true;
            } catch (final NoSuchMethodException e) {
                // The superclass may declare it.
            }
        }
        return false;
    }

    /** Returns the serialized fields of a class and its superclasses. */
    static List<ObjectStreamField> fields(Class<?> type) {
        final List<ObjectStreamField> fields = new ArrayList<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            final ObjectStreamClass description = ObjectStreamClass.lookup(c);
            if (description != null) {
                Collections.addAll(fields, description.getFields());
            }
        }
        return fields;
    }
}
