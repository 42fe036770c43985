// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StallTest {
    private static final String LOG_OF_17 =
            """
            [5461002100ns] Safepoint "G1CollectForAllocation", Time since last: 1005821 ns, \
            Reaching safepoint: 4521 ns, At safepoint: 2495479 ns, Total: 2500000 ns
            [5470000000ns] Entering safepoint region: Cleanup
            [5480000000ns] Safepoint "Cleanup", Time since last: 99 ns, Reaching safepoint: 100 \
            ns, At safepoint: 900 ns, Total: 1000 ns
            """;
    private static final String LOG_OF_25 =
            """
            [7000000000ns] Safepoint "ZMarkStartYoung", Time since last: 4 ns, Reaching \
            safepoint: 1 ns, Cleanup: 2 ns, At safepoint: 3 ns, Leaving safepoint: 4 ns, \
            Total:      20000 ns, Threads: 3 runnable, 12 total
            """;

    @Test
    void parsesTheSafepointsOfBothJdks() {
        final List<Safepoint> safepoints =
                Safepoint.parse(Stream.concat(LOG_OF_17.lines(), LOG_OF_25.lines()));

        assertThat(safepoints)
                .containsExactly(
                        new Safepoint("G1CollectForAllocation", 5_458_502_100L, 5_461_002_100L),
                        new Safepoint("Cleanup", 5_479_999_000L, 5_480_000_000L),
                        new Safepoint("ZMarkStartYoung", 6_999_980_000L, 7_000_000_000L));
        assertThat(safepoints)
                .extracting(Safepoint::isCollection)
                .containsExactly(true, false, true);
        assertThat(safepoints.get(0).lengthNs()).isEqualTo(2_500_000);
    }

    @Test
    void findsTheCauseOfAStall() {
        final List<Safepoint> safepoints = List.of(new Safepoint("Cleanup", 1_000, 2_000));

        assertThat(new Stall(1_900, 9_000, 7_000, 1).cause(safepoints))
                .isEqualTo(StallCause.SAFEPOINT);
        assertThat(new Stall(3_000, 9_000, 3_001, 1).cause(safepoints))
                .isEqualTo(StallCause.SCHEDULER);
        assertThat(new Stall(3_000, 9_000, 2_000, 1).cause(safepoints)).isEqualTo(StallCause.STEAL);
        assertThat(new Stall(3_000, 9_000, 2_000, 0).cause(safepoints)).isEqualTo(StallCause.OWN);
    }

    @Test
    void keepsStallsUpToItsCapacityAndCountsTheRest() throws IOException {
        try (StallLog log = new StallLog()) {
            log.open();
            for (int i = 0; i < StallLog.CAPACITY + 3; i++) {
                log.stalled(i, i + 10);
            }
            assertThat(log.stalls()).hasSize(StallLog.CAPACITY);
            assertThat(log.stalls().get(7).beginNs()).isEqualTo(7);
            assertThat(log.stalls().get(7).lengthNs()).isEqualTo(10);
            assertThat(log.dropped()).isEqualTo(3);

            log.reset();
            assertThat(log.stalls()).isEmpty();
        }
    }
}
