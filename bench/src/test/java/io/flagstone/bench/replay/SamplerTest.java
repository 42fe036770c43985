// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final long STEP_NS = 7_000;

    private final OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 16).build();
    private final Sampler sampler = new Sampler(new MeasuredCache(cache));

    @AfterEach
    void close() {
        cache.close();
    }

    @Test
    void keepsEvenlySpacedSamplesOfALongReplay() {
        long now = 0;
        for (int i = 0; i < 200_000; i++) {
            now = i * STEP_NS;
            sampler.offer(now);
        }
        final List<Sample> samples = sampler.finish(now);

        assertThat(samples).hasSizeBetween(Sampler.MAX_SAMPLES / 2, Sampler.MAX_SAMPLES);
        assertThat(samples.get(0).timeNs()).isZero();
        assertThat(samples.get(samples.size() - 1).timeNs()).isEqualTo(now);
        final long even = now / samples.size();
        for (int i = 1; i < samples.size() - 1; i++) {
            assertThat(samples.get(i).timeNs() - samples.get(i - 1).timeNs())
                    .isBetween(even / 2, even * 2);
        }
    }

    @Test
    void endsWithTheLastStateEvenAtTheSameTime() {
        sampler.offer(0);
        assertThat(sampler.finish(0)).hasSize(1);
    }
}
