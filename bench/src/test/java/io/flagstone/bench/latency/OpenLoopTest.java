// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final int RATE = 1_000_000;
    private static final long PERIOD_NS = 1_000;
    private static final long OPERATION_NS = 100;

    /** The clock's time, which each reading advances by a nanosecond. */
    private long now;

    private int done;
    private final List<Long> stalls = new ArrayList<>();

    private OpenLoop loop() {
        return new OpenLoop(() -> now++, RATE, 5_000, (begin, end) -> stalls.add(end - begin));
    }

    @Test
    void countsEveryOperationThatAStallDelays() {
        final OpenLoop loop = loop();

        final long late =
                loop.run(() -> now += done++ == 10 ? 10 * PERIOD_NS : OPERATION_NS, 500, 100_000);

        assertThat(done).isEqualTo(100);
        assertThat(late).isBetween(0L, 2L);
        final Histogram response = loop.response();
        assertThat(response.getTotalCount()).isEqualTo(100);
        assertThat(response.getMaxValue()).isBetween(10_000L, 10_010L);
        // One operation stalls for 10 periods. The next is due 9 periods before its end, and so on.
        // Each makes up 900 ns, so about eleven wait. A closed loop would have counted one.
        assertThat(response.getCountBetweenValues(1_000, 20_000)).isBetween(10L, 12L);
        assertThat(loop.service().getCountBetweenValues(1_000, 20_000)).isEqualTo(1);
        assertThat(stalls).hasSize(1);
        assertThat(stalls.get(0)).isBetween(10_000L, 10_010L);
    }

    @Test
    void returnsHowLateItIsIfTheRateIsTooHigh() {
        final OpenLoop loop = loop();

        final long late = loop.run(() -> now += 3 * PERIOD_NS, 0, 100 * PERIOD_NS);

        assertThat(late).isBetween(190 * PERIOD_NS, 200 * PERIOD_NS);
        assertThat(loop.response().getMaxValue()).isGreaterThan(190 * PERIOD_NS);
    }

    @Test
    void resetClearsTheWarmUp() {
        final OpenLoop loop = loop();
        loop.run(() -> now += OPERATION_NS, 0, 10 * PERIOD_NS);

        loop.reset();

        assertThat(loop.response().getTotalCount()).isZero();
        assertThat(loop.service().getTotalCount()).isZero();
    }
}
