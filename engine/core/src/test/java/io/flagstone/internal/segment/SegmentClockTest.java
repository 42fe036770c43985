// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestClock;
import org.junit.jupiter.api.Test;

/** A segment's time never runs backwards, whichever thread has seen it. */
class SegmentClockTest {
    private final Region region = Region.allocate(4_096);
    private final TestClock source = new TestClock(1_000);
    private final SegmentClock clock = new SegmentClock(source, 1_000);

    @Test
    void holdersOfTheLockRememberTheTime() {
        assertThat(clock.observe(region)).isZero();
        source.advance(100);
        assertThat(clock.now(region)).as("a time only read").isEqualTo(100);
        source.set(1_050);
        assertThat(clock.now(region)).as("no thread has acted on the later time").isEqualTo(50);
        assertThat(clock.observe(region, 1_100)).isEqualTo(100);
        assertThat(clock.observe(region)).isEqualTo(100);
        assertThat(clock.now(region)).isEqualTo(100);
        source.set(0);
        assertThat(clock.observe(region)).isEqualTo(100);
        assertThat(clock.observe(region, 1_101)).isEqualTo(101);
    }

    @Test
    void aClockMayWrap() {
        final TestClock late = new TestClock(Long.MAX_VALUE - 5);
        final SegmentClock wrapping = new SegmentClock(late, Long.MAX_VALUE - 5);
        late.set(Long.MIN_VALUE + 4);
        assertThat(wrapping.observe(region)).isEqualTo(10);
    }
}
