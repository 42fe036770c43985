// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * The system call {@code madvise}, through the foreign-function API of JDK 22 and later. All access
 * to the API is by reflection because the same class file must run on JDK 17.
 *
 * <p>The call is linked once, and only where native access is enabled, so that the JVM prints no
 * warning.
 *
 * <p>Thread-safe.
 */
final class Madvise {
    /** Discards the pages of a range. The next access finds zeroed pages. */
    static final int DONTNEED = 4;

    /** Lets the kernel serve the next accesses to a range from huge pages. */
    static final int HUGEPAGE = 14;

    private static final int FIRST_JDK = 22;
    private static final String FOREIGN = "java.lang.foreign.";
    private static final Madvise LINKED = link();

    private final MethodHandle call;
    private final String refusal;

    private Madvise(MethodHandle call, String refusal) {
        this.call = call;
        this.refusal = refusal;
    }

    /** Returns the reason why this JVM cannot make the call, or {@code null} if it can. */
    static String refusal() {
        return LINKED.refusal;
    }

    /**
     * Makes the call.
     *
     * @param start an address, a multiple of the page size.
     * @param bytes the length of the range.
     * @return whether the kernel accepted the advice; false if this JVM cannot make the call.
     */
    static boolean advise(long start, long bytes, int advice) {
        if (LINKED.call == null) {
            return false;
        }
        try {
            return (int) LINKED.call.invokeExact(start, bytes, advice) == 0;
        } catch (final Error e) {
            throw e;
        } catch (final Throwable e) {
            throw new IllegalStateException("madvise could not be called", e);
        }
    }

    private static Madvise link() {
        if (Runtime.version().feature() < FIRST_JDK) {
            return new Madvise(null, "this JDK has no way to ask for them: use JDK 22 or later");
        }
        final Module module = Madvise.class.getModule();
        try {
            if (!(boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(module)) {
                return new Madvise(
                        null,
                        "native access is not enabled: add --enable-native-access="
                                + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
            }
            return new Madvise(handle(), null);
        } catch (final ReflectiveOperationException | RuntimeException e) {
            return new Madvise(null, "madvise could not be linked: " + e);
        }
    }

    /** Returns a handle of {@code int madvise(long, long, int)}. */
    private static MethodHandle handle() throws ReflectiveOperationException {
        final Class<?> linkerType = Class.forName(FOREIGN + "Linker");
        final Class<?> layoutType = Class.forName(FOREIGN + "MemoryLayout");
        final Class<?> descriptorType = Class.forName(FOREIGN + "FunctionDescriptor");
        final Class<?> optionType = Class.forName(FOREIGN + "Linker$Option");
        final Object linker = linkerType.getMethod("nativeLinker").invoke(null);
        final Object symbols = linkerType.getMethod("defaultLookup").invoke(linker);
        final Optional<?> symbol =
                (Optional<?>)
                        Class.forName(FOREIGN + "SymbolLookup")
                                .getMethod("find", String.class)
                                .invoke(symbols, "madvise");
        final Object arguments = Array.newInstance(layoutType, 3);
        Array.set(arguments, 0, layout("JAVA_LONG"));
        Array.set(arguments, 1, layout("JAVA_LONG"));
        Array.set(arguments, 2, layout("JAVA_INT"));
        final Object descriptor =
                descriptorType
                        .getMethod("of", layoutType, arguments.getClass())
                        .invoke(null, layout("JAVA_INT"), arguments);
        final Object options = Array.newInstance(optionType, 0);
        final Method downcall =
                linkerType.getMethod(
                        "downcallHandle",
                        Class.forName(FOREIGN + "MemorySegment"),
                        descriptorType,
                        options.getClass());
        return (MethodHandle) downcall.invoke(linker, symbol.orElseThrow(), descriptor, options);
    }

    private static Object layout(String name) throws ReflectiveOperationException {
        return Class.forName(FOREIGN + "ValueLayout").getField(name).get(null);
    }
}
