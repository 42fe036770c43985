// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplayClockTest {
    private final ReplayClock clock = new ReplayClock();

    @Test
    void startsAtZeroForAnyTimeOfTheTape() {
        assertThat(clock.nanoTime()).isZero();
        assertThat(clock.advanceTo(1_000_000)).isFalse();
        assertThat(clock.nanoTime()).isZero();
        assertThat(clock.advanceTo(1_000_005)).isTrue();
        assertThat(clock.nanoTime()).isEqualTo(5);
        assertThat(clock.heldBack()).isZero();
    }

    @Test
    void neverGoesBackAndCountsStepsBack() {
        clock.advanceTo(100);
        clock.advanceTo(110);
        assertThat(clock.advanceTo(90)).isFalse();
        assertThat(clock.nanoTime()).isEqualTo(10);
        assertThat(clock.advanceTo(110)).isFalse();
        assertThat(clock.advanceTo(109)).isFalse();
        assertThat(clock.nanoTime()).isEqualTo(10);
        assertThat(clock.heldBack()).isEqualTo(2);
    }
}
