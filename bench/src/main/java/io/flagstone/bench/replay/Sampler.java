// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.api.MemoryReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Takes samples at even distances of a replay whose length nobody knows beforehand: when there are
 * too many, it doubles the distance and drops those in between.
 */
final class Sampler {
    /** The most samples kept. At least half of them are there at the end of a long replay. */
    static final int MAX_SAMPLES = 1000;

    private final MeasuredCache measured;
    private List<Sample> samples = new ArrayList<>();
    private long distanceNs = TimeUnit.MICROSECONDS.toNanos(1);
    private long nextNs;

    Sampler(MeasuredCache measured) {
        this.measured = measured;
    }

    /**
     * Takes a sample if it is time.
     *
     * @param nowNs the replay's time.
     */
    void offer(long nowNs) {
        if (nowNs >= nextNs) {
            take(nowNs);
        }
    }

    /**
     * Takes the last sample.
     *
     * @param nowNs the replay's time.
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
