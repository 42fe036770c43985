// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MethodSamplesTest {
    @Test
    void theTenHottestMethodsHaveTheirShareOfAllSamples() {
        final Map<String, Integer> counts = new HashMap<>();
        for (int i = 1; i <= 12; i++) {
            counts.put(String.format("m%02d", i), i);
        }

        final MethodSamples samples = MethodSamples.of(counts);

        assertThat(samples.samples()).isEqualTo(78);
        assertThat(samples.hottest())
                .hasSize(10)
                .isSortedAccordingTo((a, b) -> b.samples() - a.samples());
        assertThat(samples.hottest().get(0).name()).isEqualTo("m12");
        assertThat(samples.share(samples.hottest().get(0))).isEqualTo(12 / 78.0);
    }

    @Test
    void fewSamplesAreSaidToBeFew() {
        assertThat(MethodSamples.of(Map.of()).describe()).isEqualTo("no samples");
        assertThat(MethodSamples.of(Map.of("m", 1)).describe())
                .isEqualTo("1 sample, so a share is right to about ±100 points");
        assertThat(MethodSamples.of(Map.of("m", 400)).describe()).contains("±5 points");
    }
}
