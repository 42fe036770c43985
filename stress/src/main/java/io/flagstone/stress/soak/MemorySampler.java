// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Heap and direct memory in use, after a collection each time, and whether they grow. Samples are
 * compared with those of the same configuration, since each lays out another number of keys.
 */
final class MemorySampler {
    /** What the JVM itself may come to need between two samples. */
    static final long HEAP_SLACK_BYTES = 2 << 20;

    private static final int COLLECTIONS = 50;
    private static final long PAUSE_MS = 20;

    /**
     * One look.
     *
     * @param configuration the cache's.
     * @param heapBytes in use after a collection.
     * @param directBytes in use by direct buffers.
     * @param cacheBytes the cache's share of those.
     */
    record Sample(String configuration, long heapBytes, long directBytes, long cacheBytes) {}

    private final List<Sample> samples = new ArrayList<>();
    private final BufferPoolMXBean direct =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> "direct".equals(pool.getName()))
                    .findFirst()
                    .orElseThrow();
    private final long baselineBytes;

    /** The direct memory in use now is not the caches'. */
    MemorySampler() {
        System.gc();
        baselineBytes = direct.getMemoryUsed();
    }

    /** Collects, and looks. */
    Sample sample(SoakConfiguration configuration) {
        System.gc();
        final Runtime runtime = Runtime.getRuntime();
        final Sample sample =
                new Sample(
                        configuration.name(),
                        runtime.totalMemory() - runtime.freeMemory(),
                        direct.getMemoryUsed(),
                        configuration.cache().memoryBytes());
        samples.add(sample);
        return sample;
    }

    /**
     * Fails unless closed caches give their memory back.
     *
     * @param cacheBytes the budget of the only cache that is open.
     */
    void checkReturned(long cacheBytes, SoakOutcome outcome) throws InterruptedException {
        final long limit = baselineBytes + cacheBytes;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            // The collector only enqueues the buffers; another thread frees them.
            if (direct.getMemoryUsed() <= limit || outcome.await(PAUSE_MS)) {
                return;
            }
        }
        throw new Violation(
                "closed caches keep their direct memory",
                "at most " + limit + " bytes after collections",
                direct.getMemoryUsed() + " bytes");
    }

    List<Sample> samples() {
        return samples;
    }

    /** The most by which the heap of one configuration grew from its first sample to its last. */
    long heapGrowthBytes() {
        final Map<String, Sample> first = new LinkedHashMap<>();
        final Map<String, Sample> last = new LinkedHashMap<>();
        for (final Sample sample : samples) {
            first.putIfAbsent(sample.configuration(), sample);
            last.put(sample.configuration(), sample);
        }
        long growth = 0;
        for (final Sample sample : first.values()) {
            growth =
                    Math.max(
                            growth,
                            last.get(sample.configuration()).heapBytes() - sample.heapBytes());
        }
        return growth;
    }

    /** The most direct memory in use beside the cache's own and what was in use before. */
    long directExcessBytes() {
        long excess = 0;
        for (final Sample sample : samples) {
            excess = Math.max(excess, sample.directBytes() - sample.cacheBytes() - baselineBytes);
        }
        return excess;
    }
}
