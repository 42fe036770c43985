// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import io.flagstone.bench.contender.Ability;
import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
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
public record Footprint(long heapBytes, long directBytes, long nativeBytes, long residentBytes) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int COLLECTIONS = 3;
    private static final int KIB = 1024;
    private static final int SMALL_ENTRIES = 2_000;

    /**
     * Takes it; collects garbage first.
     *
     * @param contender whose native memory counts, or null.
     * @return what is used now.
     */
    public static Footprint take(Contender contender) {
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

    /**
     * Takes one before a contender is made, when all classes it needs have been loaded: a small one
     * was made and used.
     *
     * @param type which contender.
     * @param valueBytes of its values.
     * @return what is used now.
     */
    public static Footprint takeBefore(ContenderType type, int valueBytes) {
        try (Contender small =
                type.make(
                        new ContenderSettings(
                                SMALL_ENTRIES, valueBytes, ContenderSettings.NO_TTL))) {
            final Session session = small.session();
            for (long key = 0; key < SMALL_ENTRIES; key++) {
                if (type.can(Ability.WRITES)) {
                    session.put(key);
                }
                session.get(key);
            }
            small.nativeBytes();
        }
        return take(null);
    }

    /**
     * What has been added.
     *
     * @param before an earlier one.
     * @return the difference.
     */
    public Footprint since(Footprint before) {
        return new Footprint(
                heapBytes - before.heapBytes,
                directBytes - before.directBytes,
                nativeBytes - before.nativeBytes,
                residentBytes - before.residentBytes);
    }

    /**
     * What is accounted for; resident memory is the cross-check.
     *
     * @return heap, direct and native bytes together.
     */
    public long accountedBytes() {
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
