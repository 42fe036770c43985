// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** What the JVM allows direct buffers to take in all, and what they have taken. */
public final class DirectMemory {
    private static final String OPTION = "MaxDirectMemorySize";
    private static final String NO_COLLECTION = "DisableExplicitGC";

    private DirectMemory() {}

    /**
     * The limit in bytes, which is the largest heap's size unless the option sets it; {@code
     * Long.MAX_VALUE} on a JVM that does not tell.
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

    /** The end of a message about memory that was refused: the limit, and what to do. */
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

    /** The bytes of all direct buffers that are not yet collected. */
    public static long usedBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> "direct".equals(pool.getName()))
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    /** The JVM option that raises the limit. */
    public static String option() {
        return "-XX:" + OPTION;
    }
}
