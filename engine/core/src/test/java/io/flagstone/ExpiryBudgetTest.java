// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Writes leave only few expired entries in the cache, whatever the budget. */
@Tag("any-jdk")
class ExpiryBudgetTest {
    private static final long TICK_NS = 1_000_000;

    /** Enough for the wheel to turn three levels. */
    private static final int WRITES = 300_000;

    private final TestClock clock = new TestClock(12_345);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
    private final Random random = new Random(TestSupport.seed());

    /** Times to live in ticks, and how much time passes between two writes. */
    private enum Load {
        STEADY(TICK_NS, random -> 2_000),
        LONG(TICK_NS, random -> 20_000),
        RANDOM(TICK_NS, random -> 1 + Math.floorMod(random, 8_000)),
        EVERY_LEVEL(TICK_NS, random -> 1L << Math.floorMod(random, 14)),
        DENSE(TICK_NS / 50, random -> 200),
        SPARSE(100 * TICK_NS, random -> 300_000);

        private final long stepNs;
        private final LongUnaryOperator ttl;

        Load(long stepNs, LongUnaryOperator ttl) {
            this.stepNs = stepNs;
            this.ttl = ttl;
        }
    }

    static Stream<Arguments> loadsAndBudgets() {
        return Stream.of(Load.values())
                .flatMap(
                        load ->
                                IntStream.of(1, 2, 16)
                                        .mapToObj(budget -> Arguments.of(load, budget)));
    }

    @ParameterizedTest
    @MethodSource("loadsAndBudgets")
    void theSizeStaysNearTheNumberOfLiveEntries(Load load, int budget) {
        final PriorityQueue<Long> live = new PriorityQueue<>();
        final int[] removed = {0};
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(8 << 20)
                        .segments(1)
                        .tickNs(TICK_NS)
                        .expiryBudget(budget)
                        .clock(clock)
                        .removalHandler((cause, key, old) -> removed[0]++)
                        .build()) {
            for (int i = 0; i < WRITES; i++) {
                clock.advance(load.stepNs);
                final long ttlNs = load.ttl.applyAsLong(random.nextLong()) * TICK_NS;
                removed[0] = 0;
                cache.put(i, value, 0, 8, ttlNs);
                assertThat(removed[0]).isLessThanOrEqualTo(Math.max(2, budget));
                live.add(clock.nanoTime() + ttlNs);
                while (live.peek() <= clock.nanoTime()) {
                    live.remove();
                }
                // Entries are due at the end of their tick.
                assertThat(cache.size() - live.size())
                        .as("expired entries held after %d writes, %d live", i, live.size())
                        .isLessThan(150 + live.size() / 8);
            }
            assertThat(cache.statistics().evictions()).isZero();
            TestSupport.assertClean(cache);
        }
    }

    /** The largest backlog there is: each entry moves through all levels, one level a step. */
    @ParameterizedTest
    @MethodSource("budgets")
    void writesCatchUpWhenAllEntriesExpireAtOnce(int budget) {
        final int entries = 20_000;
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(8 << 20)
                        .segments(1)
                        .tickNs(TICK_NS)
                        .expiryBudget(budget)
                        .clock(clock)
                        .build()) {
            for (int i = 0; i < entries; i++) {
                cache.put(i, value, 0, 8, 1L << 50);
            }
            clock.advance((1L << 50) + TICK_NS);
            // Each write adds one entry and removes two: a backlog of n lasts n writes.
            for (int i = 0; i < 2 * entries; i++) {
                clock.advance(TICK_NS);
                cache.put(entries + i, value, 0, 8, 10 * TICK_NS);
            }
            assertThat(cache.size()).isLessThan(100);
            TestSupport.assertClean(cache);
        }
    }

    /** A small segment has a wheel of twice as many levels, and so twice as many steps. */
    @ParameterizedTest
    @CsvSource({"250000, 36", "8388608, 18"})
    void aCallTakesAtLeastTheStepsOfTwoEntries(int memoryBytes, int steps) {
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .segments(1)
                        .tickNs(TICK_NS)
                        .expiryBudget(1)
                        .clock(clock)
                        .build()) {
            for (int i = 0; i < 1_000; i++) {
                cache.put(i, value, 0, 8, 1L << 50);
            }
            // The slot of a high level has begun, and nothing has expired: all steps are moves.
            clock.advance((1L << 50) - 2 * TICK_NS);
            assertThat(cache.doWork()).isEqualTo(steps);
            TestSupport.assertClean(cache);
        }
    }

    static IntStream budgets() {
        return IntStream.of(1, 2, 16);
    }
}
