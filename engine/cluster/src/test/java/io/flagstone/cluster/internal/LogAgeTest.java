// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The age of a member's state, with clocks that differ, are set, and stop. */
class LogAgeTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long EVENT_NS = 1_000_000 * MS;

    private final TestClock monotonic = new TestClock(77 * MS);
    private final TestClock wall = new TestClock(EVENT_NS);
    private final LogAge age = new LogAge(monotonic, () -> wall.nanoTime() / MS);

    private void pass(long ns) {
        monotonic.advance(ns);
        wall.advance(ns);
    }

    @Test
    void isUnknownBeforeTheFirstEvent() {
        assertThat(age.ns()).isEqualTo(LogAge.UNKNOWN_NS);
    }

    @Test
    void isTheTimeSinceTheLastEventWasAppended() {
        pass(3 * MS);
        age.applied(EVENT_NS);
        assertThat(age.ns()).isEqualTo(3 * MS);
        pass(4 * MS + 1);
        assertThat(age.ns()).isEqualTo(7 * MS + 1);
        age.applied(EVENT_NS + 6 * MS);
        assertThat(age.ns()).isEqualTo(MS);
    }

    @Test
    void anEventOfTheLogsPastMakesNothingYoung() {
        pass(3_600_000 * MS);
        age.applied(EVENT_NS);
        assertThat(age.ns()).isEqualTo(3_600_000 * MS);
    }

    @Test
    void aClockThatIsBehindHidesNoMoreThanTheEventWasUnderWay() {
        wall.advance(-50 * MS);
        pass(3 * MS);
        age.applied(EVENT_NS);
        assertThat(age.ns()).isZero();
        // The wall clock says that the event is yet to come, for 47 ms more.
        pass(20 * MS);
        assertThat(age.ns()).isEqualTo(20 * MS);
        pass(100 * MS);
        assertThat(age.ns()).isEqualTo(120 * MS);
    }

    @Test
    void aClockThatIsAheadMakesTheAgeTooLarge() {
        wall.advance(50 * MS);
        pass(3 * MS);
        age.applied(EVENT_NS);
        assertThat(age.ns()).isEqualTo(53 * MS);
    }

    @Test
    void aClockThatIsSetBackMakesNothingYounger() {
        age.applied(EVENT_NS);
        pass(10 * MS);
        wall.advance(-3_600_000 * MS);
        assertThat(age.ns()).isEqualTo(10 * MS);
    }

    @Test
    void aMonotonicClockThatStopsIsNotAlone() {
        age.applied(EVENT_NS);
        wall.advance(3_600_000 * MS);
        assertThat(age.ns()).isEqualTo(3_600_000 * MS);
    }

    @Test
    void aPauseBetweenTheClocksMakesTheAgeLarger() {
        // The wall clock is behind, so that it alone does not show the pause.
        wall.advance(-300 * MS);
        final AtomicInteger reads = new AtomicInteger();
        final Runnable pause =
                () -> {
                    if (reads.incrementAndGet() == 2) {
                        pass(500 * MS);
                    }
                };
        final LogAge paused =
                new LogAge(
                        () -> {
                            pause.run();
                            return monotonic.nanoTime();
                        },
                        () -> {
                            pause.run();
                            return wall.nanoTime() / MS;
                        });
        paused.applied(EVENT_NS);
        assertThat(paused.ns()).isGreaterThanOrEqualTo(500 * MS);
    }

    @Test
    void neverClaimsMoreThanTheErrorOfTheClocks() {
        final Random random = new Random(TestSupport.seed());
        for (int round = 0; round < 10_000; round++) {
            final long skewNs = random.nextInt(200) * MS - 100 * MS;
            final TestClock mono = new TestClock(random.nextLong());
            final TestClock mine = new TestClock(EVENT_NS + skewNs);
            final LogAge claim = new LogAge(mono, () -> mine.nanoTime() / MS);
            // Whole milliseconds, so that rounding does not count.
            final long transitNs = random.nextInt(100) * MS;
            mono.advance(transitNs);
            mine.advance(transitNs);
            claim.applied(EVENT_NS);
            final long sinceNs = random.nextInt(100) * MS;
            mono.advance(sinceNs);
            mine.advance(sinceNs);
            final long missing = transitNs + sinceNs - claim.ns();
            assertThat(missing)
                    .as("seed %d, round %d", TestSupport.seed(), round)
                    .isLessThanOrEqualTo(Math.min(transitNs, Math.max(0, -skewNs)));
            if (skewNs >= 0) {
                assertThat(missing).isEqualTo(-skewNs);
            }
        }
    }
}
