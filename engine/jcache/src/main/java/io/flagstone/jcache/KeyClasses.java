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
 * What {@link CanonicalForm} has to know of classes, kept because it takes long to find out. Keeps
 * no class from being unloaded. Thread-safe.
 */
final class KeyClasses {
    private static final int KEEPS_HASH = 1;
    private static final int STANDS_FOR_ANOTHER = 2;

    /** Types of fields that a hash code fits. */
    private static final Set<Class<?>> NUMBERS =
            Set.of(int.class, long.class, Integer.class, Long.class);

    private final Map<Class<?>, Integer> known = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Whether a field that is serialized may hold a hash code. The hash codes of other objects are
     * not asked for: those of objects that refer to one another may never end.
     */
    boolean mayKeepAHash(Class<?> type) {
        return has(type, KEEPS_HASH);
    }

    /** Whether an object of the class may become another when it is read. */
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
        // Those of dates are many, and never become collections.
        if (type.getPackageName().equals("java.time")) {
            return false;
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                c.getDeclaredMethod("readResolve");
                return true;
            } catch (final NoSuchMethodException e) {
                // Its superclass may have one.
            }
        }
        return false;
    }

    /** The fields of a class and its superclasses that are serialized. */
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
