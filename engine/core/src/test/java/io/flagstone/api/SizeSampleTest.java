// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A sample counts sizes with padded keys, and refuses sizes that no entry can have. */
class SizeSampleTest {
    private final SizeSample sample = new SizeSample();

    @Test
    void countsEntriesBySize() {
        sample.add(8, 64).add(3, 64).add(9, 56, 10);
        assertThat(sample.entries()).isEqualTo(12);
        assertThat(sample.counts()).containsExactly(Map.entry(72, 12L));
        assertThat(sample.meanBytes()).isEqualTo(72.0);
        sample.add(8, 64 + 12);
        assertThat(sample.meanBytes()).isEqualTo((12 * 72 + 84) / 13.0);
        assertThatThrownBy(() -> sample.counts().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void saturatesCountsAndKeepsTheMeanPositive() {
        for (int i = 0; i < 3; i++) {
            sample.add(8, 64, Long.MAX_VALUE).add(8, 120, Long.MAX_VALUE);
        }
        assertThat(sample.entries()).isEqualTo(Long.MAX_VALUE);
        assertThat(sample.counts())
                .containsExactly(Map.entry(72, Long.MAX_VALUE), Map.entry(128, Long.MAX_VALUE));
        assertThat(sample.meanBytes()).isGreaterThanOrEqualTo(72.0);
    }

    @Test
    void hasMeanZeroWhenEmpty() {
        assertThat(sample.entries()).isZero();
        assertThat(sample.meanBytes()).isZero();
    }

    @Test
    void refusesSizesOutsideTheLimits() {
        refuses(0, 1, 1, "keyBytes must be between 1 and 65535: keyBytes=0");
        refuses(65_536, 1, 1, "keyBytes=65536");
        refuses(1, -1, 1, "valueBytes must be between 0 and 16777215: valueBytes=-1");
        refuses(1, 1 << 24, 1, "valueBytes=16777216");
        refuses(1, 1, 0, "times must be between 1 and");
        assertThat(sample.entries()).isZero();
    }

    private void refuses(int keyBytes, int valueBytes, long times, String message) {
        assertThatThrownBy(() -> sample.add(keyBytes, valueBytes, times))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
