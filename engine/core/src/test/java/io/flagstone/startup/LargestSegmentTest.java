// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.flagstone.testing.JavaProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Operations on entries at the end of the largest segment, where offsets are close to the largest
 * {@code int}. Each test runs in a separate JVM, with or without bounds checks.
 */
@Tag("any-jdk")
class LargestSegmentTest {
    private static final long NEEDED_BYTES = 5L << 29;
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    @TempDir private Path directory;

    @Test
    void offsetsDoNotOverflow() throws Exception {
        run(LargestSegment.class, "false", "clean at the end of the region");
    }

    @Test
    void offsetsStayWithinTheRegion() throws Exception {
        run(LargestSegment.class, "true", "clean at the end of the region");
    }

    @Test
    void aTornLengthIsNotUsed() throws Exception {
        run(StalledReader.class, "false", "the reader found nothing");
    }

    private void run(Class<?> program, String boundsChecks, String expected) throws Exception {
        final long available = availableBytes();
        if (available < NEEDED_BYTES) {
            final String why =
                    "LargestSegmentTest is skipped: free memory must be at least "
                            + NEEDED_BYTES
                            + " bytes: available="
                            + available;
            System.out.println(why);
            Assumptions.abort(why);
        }
        final JavaProcess process =
                JavaProcess.run(
                        directory,
                        Map.of(),
                        List.of(
                                "-Xmx256m",
                                "-XX:MaxDirectMemorySize=2100m",
                                "-Dflagstone.bounds.checks=" + boundsChecks,
                                "-XX:ErrorFile=" + directory.resolve("crash"),
                                "-XX:-CreateCoredumpOnCrash",
                                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName()));
        assertThat(process.status()).as(process.out() + process.err()).isZero();
        assertThat(process.out()).contains(expected);
    }

    /** Returns the memory that is available on the machine or in the container. */
    private static long availableBytes() throws IOException {
        final OperatingSystemMXBean bean =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        if (!Files.exists(MEMINFO)) {
            return bean.getFreeMemorySize();
        }
        return Files.readAllLines(MEMINFO).stream()
                .filter(line -> line.startsWith(AVAILABLE))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .map(bytes -> Math.min(bytes, bean.getTotalMemorySize()))
                .findFirst()
                .orElse(bean.getFreeMemorySize());
    }
}
