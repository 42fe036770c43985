package io.flagstone.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** What the JVM allows direct buffers to take in all, and what they have taken. */
public final class DirectMemory {
    private static final String OPTION = "MaxDirectMemorySize";

    private DirectMemory() {}

    /**
     * The limit in bytes, which is the largest heap's size unless the option sets it; {@code
     * Long.MAX_VALUE} on a JVM that does not tell.
     */
    public static long limitBytes() {
        final HotSpotDiagnosticMXBean bean =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            return Long.MAX_VALUE;
        }
        final long option = Long.parseLong(bean.getVMOption(OPTION).getValue());
        return option != 0 ? option : Runtime.getRuntime().maxMemory();
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
