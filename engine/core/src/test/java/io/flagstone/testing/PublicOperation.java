// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import io.flagstone.MultiGet;
import io.flagstone.MultiPut;
import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A public operation of a cache, found by reflection, with valid arguments for it. */
public final class PublicOperation {
    /** The operations that take no lock, so they work during a callback or after a close. */
    private static final Set<String> WITHOUT_LOCK =
            Set.of(
                    "size",
                    "isClosed",
                    "isFollower",
                    "configuration",
                    "restartReport",
                    "segmentCount",
                    "segmentIndex",
                    "roleName",
                    "onStart",
                    "onClose");

    /** The operations that still work on a closed cache. */
    private static final Set<String> AFTER_CLOSE =
            Set.of(
                    "endLease",
                    "close",
                    "statistics",
                    "isClosed",
                    "isFollower",
                    "configuration",
                    "restartReport",
                    "segmentCount",
                    "segmentIndex",
                    "roleName",
                    "onStart",
                    "onClose");

    /** The accessors of parts that only some caches have. */
    private static final Set<String> OF_PARTS = Set.of("changeApplier", "changeFeed");

    /** Where checkpoints go. */
    private static final Path DIRECTORY =
            Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "flagstone-" + ProcessHandle.current().pid());

    private final Method method;
    private final Class<?>[] types;

    private PublicOperation(Method method) {
        this.method = method;
        this.types = method.getParameterTypes();
    }

    /** Returns every operation of any cache, always in the same order. */
    public static List<PublicOperation> all() {
        final Map<String, PublicOperation> byName = new HashMap<>();
        for (final Method method : OffHeapCache.class.getMethods()) {
            // A method of a package-private superclass appears again as a bridge of the public
            // class.
            if (!Modifier.isStatic(method.getModifiers())
                    && method.getDeclaringClass() != Object.class
                    && Modifier.isPublic(method.getDeclaringClass().getModifiers())
                    && !OF_PARTS.contains(method.getName())) {
                final PublicOperation operation = new PublicOperation(method);
                byName.put(operation.toString(), operation);
            }
        }
        return byName.values().stream()
                .sorted(Comparator.comparing(PublicOperation::toString))
                .toList();
    }

    /** Returns the method's name, which its overloads share. */
    public String name() {
        return method.getName();
    }

    /** Returns whether the operation takes a key. */
    public boolean isOfKey() {
        return types.length > 0
                && types[0] != Path.class
                && types[types.length - 1] != EntryVisitor.class;
    }

    /** Returns whether the operation writes a value, whose length the caller chooses. */
    public boolean writesValue() {
        if (name().equals("removeIfEqual")) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            if (types[i] == MultiPut.class
                    || isWrittenLength(i)
                    || i > 0 && types[i] == DirectBuffer.class) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the operation may need the lock of a segment. */
    public boolean needsLock() {
        return !WITHOUT_LOCK.contains(name());
    }

    /** Returns whether a closed cache refuses the operation. */
    public boolean isRefusedAfterClose() {
        return !AFTER_CLOSE.contains(name());
    }

    /**
     * The values for the arguments.
     *
     * @param key the key, as a number or its eight bytes.
     * @param expected the value to compare with.
     * @param value the value to write.
     * @param destination the buffer to copy to.
     * @param ttlNs a time to live.
     */
    public record Inputs(
            long key,
            DirectBuffer expected,
            DirectBuffer value,
            MutableDirectBuffer destination,
            long ttlNs,
            ValueReader reader,
            ValueUpdater updater,
            EntryVisitor visitor) {

        /** Returns eight bytes to write and to compare with, and callbacks that do nothing. */
        public static Inputs of(long key) {
            return new Inputs(
                    key,
                    new UnsafeBuffer(new byte[8]),
                    new UnsafeBuffer(new byte[8]),
                    new UnsafeBuffer(new byte[16]),
                    1_000,
                    view -> {},
                    view -> {},
                    (k, v) -> {});
        }
    }

    /** Returns arguments for {@link #call}, which can be used several times. */
    public Object[] arguments(Inputs inputs) {
        final Object[] arguments = new Object[types.length];
        boolean compares = name().equals("compareAndSet") || name().equals("removeIfEqual");
        for (int i = 0; i < types.length; i++) {
            if (types[i] == DirectBuffer.class && i == 0) {
                final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
                key.putLong(0, inputs.key());
                arguments[i] = key;
            } else if (types[i] == DirectBuffer.class) {
                arguments[i] = compares ? inputs.expected() : inputs.value();
                compares = false;
            } else if (types[i] == long.class) {
                final boolean cursor = types[types.length - 1] == EntryVisitor.class;
                arguments[i] = cursor ? 0 : i == 0 ? inputs.key() : inputs.ttlNs();
            } else if (isWrittenLength(i)) {
                arguments[i] = inputs.value().capacity();
            } else if (types[i] == int.class) {
                final boolean length =
                        i > 1
                                && types[i - 1] == int.class
                                && arguments[i - 2] instanceof DirectBuffer;
                final boolean max = types[types.length - 1] == EntryVisitor.class;
                arguments[i] =
                        length
                                ? ((DirectBuffer) arguments[i - 2]).capacity()
                                : max ? Integer.MAX_VALUE : 0;
            } else {
                arguments[i] = ofType(types[i], inputs);
            }
        }
        return arguments;
    }

    /** Whether a parameter is the length of a value that a writer writes. */
    private boolean isWrittenLength(int i) {
        return types[i] == int.class
                && types[types.length - 1] == ValueUpdater.class
                && types[i + 1] == long.class;
    }

    private static Object ofType(Class<?> type, Inputs inputs) {
        final Map<Class<?>, Object> known =
                Map.of(
                        MutableDirectBuffer.class, inputs.destination(),
                        ValueReader.class, inputs.reader(),
                        ValueUpdater.class, inputs.updater(),
                        EntryVisitor.class, inputs.visitor(),
                        MultiGet.class, multiGet(inputs),
                        MultiPut.class, multiPut(inputs),
                        Path.class, DIRECTORY);
        if (!known.containsKey(type)) {
            throw new AssertionError("no argument of type " + type);
        }
        return known.get(type);
    }

    private static MultiGet multiGet(Inputs inputs) {
        final MultiGet batch = new MultiGet(1);
        batch.add(inputs.key());
        return batch;
    }

    private static MultiPut multiPut(Inputs inputs) {
        final MultiPut batch = new MultiPut(1);
        batch.add(inputs.key(), 0, inputs.value().capacity());
        return batch;
    }

    /** Calls the operation. Throws what the operation throws, checked or not. */
    public Object call(OffHeapCache cache, Object[] arguments) {
        try {
            return method.invoke(cache, arguments);
        } catch (final InvocationTargetException e) {
            throw TestSupport.sneak(e.getCause());
        } catch (final IllegalAccessException e) {
            throw new AssertionError(toString(), e);
        }
    }

    /** Returns the name and the parameters' types. */
    @Override
    public String toString() {
        return Arrays.stream(types)
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", name() + "(", ")"));
    }
}
