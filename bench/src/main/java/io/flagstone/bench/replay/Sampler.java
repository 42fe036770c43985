// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.api.MemoryReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Takes evenly spaced samples of a replay of unknown length. If there are too many samples, it
 * doubles the distance and drops those in between.
 */
final class Sampler {
    /** The maximum number of samples. A long replay ends with at least half as many. */
    static final int MAX_SAMPLES = 1000;

    private final MeasuredCache measured;
    private List<Sample> samples = new ArrayList<>();
    private long distanceNs = TimeUnit.MICROSECONDS.toNanos(1);
    private long nextNs;

    Sampler(MeasuredCache measured) {
        this.measured = measured;
    }

    /**
     * Takes a sample if the distance to the last one is large enough.
     *
     * @param nowNs the time of the replay's clock in nanoseconds.
     */
    void offer(long nowNs) {
        if (nowNs >= nextNs) {
            take(nowNs);
        }
    }

    /**
     * Takes the last sample.
     *
     * @param nowNs the time of the replay's clock in nanoseconds.
     * @return all samples, in order.
     */
    List<Sample> finish(long nowNs) {
        final int last = samples.size() - 1;
        if (last >= 0 && samples.get(last).timeNs() == nowNs) {
            samples.remove(last);
        }
        take(nowNs);
        return List.copyOf(samples);
    }

    private void take(long nowNs) {
        final MemoryReport memory = measured.cache().memoryReport();
        final long hits = measured.hits();
        samples.add(
                new Sample(
                        nowNs,
                        hits + measured.misses(),
                        hits,
                        memory.entries(),
                        memory.budgetBytes()
                                - memory.freeChunkBytes()
                                - memory.freeSlabBytes()
                                - memory.unusedBytes()));
        while (samples.size() >= MAX_SAMPLES) {
            distanceNs *= 2;
            thin();
        }
        nextNs = nowNs + distanceNs;
    }

    private void thin() {
        final List<Sample> kept = new ArrayList<>();
        for (final Sample sample : samples) {
            if (kept.isEmpty()
                    || sample.timeNs() - kept.get(kept.size() - 1).timeNs() >= distanceNs) {
                kept.add(sample);
            }
        }
        samples = kept;
    }
}
