// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Requests transparent huge pages from Linux, and reads how much memory lies in them.
 *
 * <p>The JVM zeroes a direct buffer when it allocates it, so all its small pages are touched before
 * this class can advise the kernel. It first calls madvise with {@code MADV_HUGEPAGE}, which also
 * gives the range its own mapping, and then with {@code MADV_COLLAPSE} (Linux 6.1), which copies
 * the existing pages into huge pages. Both calls use the foreign-function API of JDK 22 and later,
 * by reflection because the same class file must run on JDK 17. On older JDKs, or without native
 * access, glibc can request huge pages instead: set {@code GLIBC_TUNABLES=glibc.malloc.hugetlb=1}
 * in the environment.
 */
public final class HugePages {
    /** The size of a huge page: 2 MiB on x86-64 and, with pages of 4 KiB, on AArch64. */
    public static final int BYTES = 1 << 21;

    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_COLLAPSE = 25;
    private static final String FOREIGN = "java.lang.foreign.";
    private static final String TUNABLE =
            "set GLIBC_TUNABLES=glibc.malloc.hugetlb=1 in the environment";
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final String HUGE = "AnonHugePages:";
    private static final int KIB = 1024;

    private HugePages() {}

    /**
     * Asks the operating system to move a range of touched memory into huge pages. Parts of huge
     * pages at both ends are left out.
     *
     * @return the reason for a failure, or {@code null} if the operating system agreed.
     */
    static String advise(long address, long bytes) {
        final long start = address + BYTES - 1 & -BYTES;
        final long length = (address + bytes & -BYTES) - start;
        if (length <= 0) {
            return "the memory is smaller than a huge page";
        }
        if (Runtime.version().feature() < 22) {
            return "this JDK has no way to ask for them: use JDK 22 or later, or " + TUNABLE;
        }
        try {
            if (!(boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(module())) {
                return "native access is not enabled: add --enable-native-access="
                        + (module().isNamed() ? module().getName() : "ALL-UNNAMED")
                        + ", or "
                        + TUNABLE;
            }
            final MethodHandle madvise = madvise();
            if ((int) madvise.invokeExact(start, length, MADV_HUGEPAGE) != 0) {
                return "madvise(MADV_HUGEPAGE) failed: the kernel has no transparent huge pages";
            }
            return (int) madvise.invokeExact(start, length, MADV_COLLAPSE) == 0
                    ? null
                    : "madvise(MADV_COLLAPSE) failed: it needs Linux 6.1 and free huge pages";
        } catch (final Throwable e) {
            return "madvise could not be called: " + e;
        }
    }

    private static Module module() {
        return HugePages.class.getModule();
    }

    /** Returns a handle of {@code int madvise(long, long, int)}. */
    private static MethodHandle madvise() throws ReflectiveOperationException {
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

    /**
     * Returns how much of some regions lies in huge pages. The operating system counts them per
     * mapping. For a mapping that belongs only partly to regions, the regions' part is counted
     * first.
     *
     * @return bytes, or 0 if {@code /proc/self/smaps} cannot be read.
     */
    public static long bytesOf(Region... regions) {
        long sum = 0;
        long overlap = 0;
        try (BufferedReader smaps = Files.newBufferedReader(SMAPS)) {
            for (String line = smaps.readLine(); line != null; line = smaps.readLine()) {
                if (line.startsWith(HUGE)) {
                    final String kib = line.substring(HUGE.length(), line.length() - 2).trim();
                    sum += Math.min(overlap, Long.parseLong(kib) * KIB);
                } else if (Character.digit(line.charAt(0), 16) >= 0 && line.indexOf('-') > 0) {
                    overlap = overlap(line, regions);
                }
            }
        } catch (final IOException e) {
            return 0;
        }
        return sum;
    }

    /**
     * Returns the bytes that a mapping shares with regions. Its first line begins with its bounds.
     */
    private static long overlap(String line, Region[] regions) {
        final int dash = line.indexOf('-');
        final int space = line.indexOf(' ');
        final long from = Long.parseUnsignedLong(line, 0, dash, 16);
        final long to = Long.parseUnsignedLong(line, dash + 1, space, 16);
        long overlap = 0;
        for (final Region region : regions) {
            final long end = region.address() + region.capacity();
            overlap += Math.max(0, Math.min(to, end) - Math.max(from, region.address()));
        }
        // Skips the kernel's own mapping. It lies in the upper half, where addresses are negative.
        return from < 0 || to < 0 ? 0 : overlap;
    }
}
