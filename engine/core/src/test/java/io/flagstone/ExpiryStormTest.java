// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.RemovalCause;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A million entries that expire in the same tick cost no write more than the budget. */
@Tag("any-jdk")
class ExpiryStormTest {
    private static final int ENTRIES = 1_000_000;
    private static final int BUDGET = 16;
    private static final long TTL_NS = TimeUnit.SECONDS.toNanos(10);

    private final TestClock clock = new TestClock();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
    private int expired;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void reclaimingIsSpreadOverWritesAndDutyCycles(int segments) {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(192 << 20)
                        .maxEntries(2 * ENTRIES)
                        .segments(segments)
                        .expiryBudget(BUDGET)
                        .clock(clock)
                        .removalHandler(
                                (cause, keyView, valueView) -> {
                                    if (cause == RemovalCause.EXPIRED) {
                                        expired++;
                                    }
                                })
                        .build()) {
            final long freeBefore = cache.memoryReport().freeSlabBytes();
            for (long key = 0; key < ENTRIES; key++) {
                cache.put(key, value, 0, 64, TTL_NS);
            }
            assertThat(cache.size()).isEqualTo(ENTRIES);
            clock.advance(TTL_NS - 1);
            assertThat(cache.contains(0)).isTrue();

            clock.advance(1);
            for (long key = 0; key < ENTRIES; key++) {
                assertThat(cache.get(key, value, 0)).isEqualTo(OffHeapCache.NOT_FOUND);
            }
            assertThat(expired).as("entries that reads reclaim").isZero();

            clock.advance(TimeUnit.MILLISECONDS.toNanos(1));
            int before = 0;
            for (long key = ENTRIES; key < ENTRIES + 1000; key++) {
                cache.put(key, value, 0, 64);
                assertThat(expired - before).isBetween(0, BUDGET);
                before = expired;
            }
            assertThat(expired).as("entries that writes reclaim").isPositive();

            long cycles = 0;
            int work = cache.doWork();
            while (work > 0) {
                assertThat(expired - before).isBetween(0, BUDGET * segments);
                before = expired;
                cycles++;
                work = cache.doWork();
            }
            assertThat(expired).isEqualTo(ENTRIES);
            // Every entry moves down the wheel a few times before it is due.
            assertThat(cycles).isLessThan(5L * ENTRIES / BUDGET);
            assertThat(cache.size()).isEqualTo(1000);
            TestSupport.assertClean(cache);
            cache.clear();
            assertThat(cache.statistics().evictions()).isZero();
            assertThat(cache.memoryReport().freeSlabBytes()).isEqualTo(freeBefore);
        }
    }
}
