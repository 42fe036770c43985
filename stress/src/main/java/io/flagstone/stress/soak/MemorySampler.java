// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples heap and direct memory in use, after a collection each time, and computes their growth.
 * It compares samples of the same configuration only, because configurations differ in their number
 * of keys.
 */
final class MemorySampler {
    /** How much heap the JVM itself may add between two samples. */
    static final long HEAP_SLACK_BYTES = 2 << 20;

    private static final int COLLECTIONS = 50;
    private static final long PAUSE_MS = 20;

    /**
     * Memory in use at one time.
     *
     * @param configuration the name of the cache's configuration.
     * @param heapBytes the heap in use after a collection.
     * @param directBytes the memory of direct buffers.
     * @param cacheBytes the cache's part of {@code directBytes}.
     */
    record Sample(String configuration, long heapBytes, long directBytes, long cacheBytes) {}

    private final List<Sample> samples = new ArrayList<>();
    private final BufferPoolMXBean direct =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> "direct".equals(pool.getName()))
                    .findFirst()
                    .orElseThrow();
    private final long baselineBytes;

    /** Measures the direct memory in use before there is a cache. */
    MemorySampler() {
        System.gc();
        baselineBytes = direct.getMemoryUsed();
    }

    /** Runs a collection and adds a sample. */
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
     * Checks that closed caches release their direct memory.
     *
     * @param cacheBytes the budget of the only open cache.
     * @param outcome ends the wait if the soak ends.
     * @throws Violation if some of it is still in use after many collections.
     */
    void checkReturned(long cacheBytes, SoakOutcome outcome) throws InterruptedException {
        final long limit = baselineBytes + cacheBytes;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            // The collector only enqueues the buffers. Another thread frees them.
            if (direct.getMemoryUsed() <= limit || outcome.await(PAUSE_MS)) {
                return;
            }
        }
        throw new Violation(
                "closed caches did not release their direct memory",
                "at most " + limit + " bytes after collections",
                direct.getMemoryUsed() + " bytes");
    }

    List<Sample> samples() {
        return samples;
    }

    /** Returns the largest heap growth of a configuration, from its first sample to its last. */
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

    /** Returns the largest excess of direct memory over the cache's part and the baseline. */
    long directExcessBytes() {
        long excess = 0;
        for (final Sample sample : samples) {
            excess = Math.max(excess, sample.directBytes() - sample.cacheBytes() - baselineBytes);
        }
        return excess;
    }
}
