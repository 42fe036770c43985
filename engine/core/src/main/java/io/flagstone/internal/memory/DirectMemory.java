// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** The JVM's limit on all direct buffers, and how much of it is used. */
public final class DirectMemory {
    private static final String OPTION = "MaxDirectMemorySize";
    private static final String NO_COLLECTION = "DisableExplicitGC";

    private DirectMemory() {}

    /**
     * Returns the limit in bytes. It is the maximum heap size unless the option sets it, and {@code
     * Long.MAX_VALUE} on a JVM that does not report it.
     */
    public static long limitBytes() {
        final long option = Long.parseLong(vmOption(OPTION, Long.toString(Long.MAX_VALUE)));
        return option != 0 ? option : Runtime.getRuntime().maxMemory();
    }

    private static String vmOption(String name, String otherwise) {
        final HotSpotDiagnosticMXBean bean =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return bean != null ? bean.getVMOption(name).getValue() : otherwise;
    }

    /** Returns the end of a message about refused memory: the limit, and what to do. */
    static String advice() {
        final String limit =
                "; the limit is " + limitBytes() + " bytes and is raised by " + option();
        return Boolean.parseBoolean(vmOption(NO_COLLECTION, "false"))
                ? limit
                        + "; -XX:+"
                        + NO_COLLECTION
                        + " keeps the JVM from freeing direct buffers that are no longer used:"
                        + " remove it"
                : limit;
    }

    /** Returns the bytes of all direct buffers that are not yet collected. */
    public static long usedBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> "direct".equals(pool.getName()))
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    /** Returns the JVM option that raises the limit. */
    public static String option() {
        return "-XX:" + OPTION;
    }
}
