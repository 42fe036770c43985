// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Two clocks are read at the same moment, even if the thread loses its processor in between. */
class ClockPairTest {
    private static final long WALL = 1_790_000_000_000_000_000L;
    private static final long PAUSE = 50_000_000;

    private final AtomicLong time = new AtomicLong(1_000);
    private final AtomicInteger readings = new AtomicInteger();

    @Test
    void aPauseBetweenTheClocksDoesNotCount() {
        for (int pausedAt = 0; pausedAt < 9; pausedAt++) {
            final int paused = pausedAt;
            readings.set(0);
            final ClockPair pair = ClockPair.read(() -> tick(paused), () -> WALL + tick(paused));
            assertThat(pair.wallNs() - pair.clockNs() - WALL)
                    .as("paused before reading %d", pausedAt)
                    .isBetween(-2L, 2L);
            assertThat(pair.wallNs(pair.clockNs() - 700)).isEqualTo(pair.wallNs() - 700);
        }
    }

    private long tick(int paused) {
        return time.addAndGet(readings.getAndIncrement() == paused ? PAUSE : 1);
    }
}
