package io.flagstone.bench.growth;

import io.flagstone.bench.contender.Contender;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process uses.
 *
 * @param heapBytes that live after collections.
 * @param directBytes of direct and mapped buffers, as the JVM counts them.
 * @param nativeBytes beside both, as the contender counts them.
 * @param residentBytes of the whole process, as Linux counts them; 0 elsewhere.
 */
record Footprint(long heapBytes, long directBytes, long nativeBytes, long residentBytes) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int COLLECTIONS = 3;
    private static final int KIB = 1024;

    /** Takes it; collects garbage first. */
    static Footprint take(Contender contender) {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        final long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        final long direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        return new Footprint(
                heap, direct, contender == null ? 0 : contender.nativeBytes(), resident());
    }

    Footprint since(Footprint before) {
        return new Footprint(
                heapBytes - before.heapBytes,
                directBytes - before.directBytes,
                nativeBytes - before.nativeBytes,
                residentBytes - before.residentBytes);
    }

    /** What is accounted for; resident memory is the cross-check. */
    long accountedBytes() {
        return heapBytes + directBytes + nativeBytes;
    }

    private static long resident() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst()
                    .orElse(0);
        } catch (IOException elsewhere) {
            return 0;
        }
    }
}
