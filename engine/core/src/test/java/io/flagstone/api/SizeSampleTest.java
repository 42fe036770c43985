// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A sample counts sizes with their keys padded, and refuses what cannot be an entry. */
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
    void countsStopAtTheLargestNumberAndTheMeanDoesNotWrap() {
        for (int i = 0; i < 3; i++) {
            sample.add(8, 64, Long.MAX_VALUE).add(8, 120, Long.MAX_VALUE);
        }
        assertThat(sample.entries()).isEqualTo(Long.MAX_VALUE);
        assertThat(sample.counts())
                .containsExactly(Map.entry(72, Long.MAX_VALUE), Map.entry(128, Long.MAX_VALUE));
        assertThat(sample.meanBytes()).isGreaterThanOrEqualTo(72.0);
    }

    @Test
    void anEmptySampleHasNoMean() {
        assertThat(sample.entries()).isZero();
        assertThat(sample.meanBytes()).isZero();
    }

    @Test
    void refusesWhatCannotBeAnEntry() {
        refuses(0, 1, 1, "keyBytes 0 is not between 1 and 65535");
        refuses(65_536, 1, 1, "keyBytes 65536 ");
        refuses(1, -1, 1, "valueBytes -1 is not between 0 and 16777215");
        refuses(1, 1 << 24, 1, "valueBytes 16777216 ");
        refuses(1, 1, 0, "times 0 is not between 1");
        assertThat(sample.entries()).isZero();
    }

    private void refuses(int keyBytes, int valueBytes, long times, String message) {
        assertThatThrownBy(() -> sample.add(keyBytes, valueBytes, times))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
