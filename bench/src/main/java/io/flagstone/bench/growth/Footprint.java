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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The memory that this process uses.
 *
 * @param heapBytes live bytes on the heap after collections.
 * @param directBytes bytes of direct and mapped buffers, as the JVM counts them.
 * @param nativeBytes bytes in addition to both, as the contender counts them.
 * @param residentBytes resident bytes of the process, as Linux counts them; 0 on other systems.
 */
public record Footprint(long heapBytes, long directBytes, long nativeBytes, long residentBytes) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int COLLECTIONS = 3;
    private static final int MAX_COLLECTIONS = 12;
    private static final int NOISE_BYTES = 4096;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(30);
    private static final int KIB = 1024;
    private static final int SMALL_ENTRIES = 2_000;

    /**
     * Measures the memory in use, after collecting garbage until no more is freed.
     *
     * @param contender the contender whose native memory counts, or null.
     * @return the memory in use now.
     */
    public static Footprint take(Contender contender) {
        long heap = Long.MAX_VALUE;
        long direct = Long.MAX_VALUE;
        int same = 0;
        // Buffers are freed some time after the collection that finds them.
        for (int i = 0; i < MAX_COLLECTIONS && same < COLLECTIONS; i++) {
            System.gc();
            LockSupport.parkNanos(PAUSE_NS);
            final long heapNow = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            final long directNow = directNow();
            same = heapNow < heap - NOISE_BYTES || directNow < direct ? 1 : same + 1;
            heap = Math.min(heap, heapNow);
            direct = directNow;
        }
        return new Footprint(
                heap, direct, contender == null ? 0 : contender.nativeBytes(), resident());
    }

    private static long directNow() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /**
     * Measures the memory in use before a contender is made. Makes and uses a small one first, so
     * that all classes it needs are loaded.
     *
     * @param type the contender.
     * @param valueBytes the length of its values.
     * @return the memory in use now.
     */
    public static Footprint takeBefore(ContenderType type, int valueBytes) {
        // In a method of its own, because a local variable would keep the contender's memory.
        useSmall(type, valueBytes);
        return take(null);
    }

    private static void useSmall(ContenderType type, int valueBytes) {
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
    }

    /**
     * Returns the memory added since an earlier measurement.
     *
     * @param before the earlier measurement.
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
     * Returns the memory that is accounted for. Resident memory is the cross-check.
     *
     * @return the sum of heap, direct and native bytes.
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
