// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Repeats the tests of the timing wheel with the wheel of small regions. */
class NarrowTimingWheelTest extends TimingWheelTest {
    @Override
    int levelBits() {
        return TimingWheel.NARROW;
    }

    @Test
    void takesAThirdOfTheMemoryAndTwiceTheLevels() {
        assertThat(TimingWheel.length(TimingWheel.WIDE)).isEqualTo(2_400);
        assertThat(TimingWheel.length(TimingWheel.NARROW)).isEqualTo(744);
        assertThat(WheelDescriptor.levels(TimingWheel.NARROW))
                .isEqualTo(2 * WheelDescriptor.levels(TimingWheel.WIDE));
    }
}
