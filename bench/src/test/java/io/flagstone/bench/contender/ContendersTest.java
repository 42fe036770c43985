// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import static io.flagstone.bench.contender.Ability.BATCHES;
import static io.flagstone.bench.contender.Ability.EVICTS;
import static io.flagstone.bench.contender.Ability.EXPIRES;
import static io.flagstone.bench.contender.Ability.MISSES;
import static io.flagstone.bench.contender.Ability.WRITES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that all contenders have the abilities they claim. */
class ContendersTest {
    private static final int ENTRIES = 5_000;
    private static final int VALUE_BYTES = 64;
    private static final int TURNOVERS = 10;
    private static final int BATCH = 32;

    /** Covers the spare room of budgets, and chunks that are evicted as a whole. */
    private static final double BOUND = 2;

    private static Contender full(ContenderType type, int entries, int valueBytes, long ttlNs) {
        final Contender contender = type.make(new ContenderSettings(entries, valueBytes, ttlNs));
        if (type.can(WRITES)) {
            final Session session = contender.session();
            for (int key = 0; key < entries; key++) {
                session.put(key);
            }
        }
        return contender;
    }

    private static Contender full(ContenderType type) {
        return full(type, ENTRIES, VALUE_BYTES, ContenderSettings.NO_TTL);
    }

    private static void assertAllFound(Session session, int entries) {
        for (int key = 0; key < entries; key++) {
            assertThat(session.get(key)).isEqualTo(key);
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsAllEntriesOfItsSettings(ContenderType type) {
        try (Contender contender = full(type)) {
            assertAllFound(contender.session(), ENTRIES);
            assertThat(contender.entries()).isEqualTo(ENTRIES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsShortAndLongValues(ContenderType type) {
        for (final int valueBytes : new int[] {ContenderSettings.MIN_VALUE_BYTES, 1024}) {
            try (Contender contender = full(type, ContenderSettings.MIN_ENTRIES, valueBytes, 0)) {
                assertAllFound(contender.session(), ContenderSettings.MIN_ENTRIES);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void missesAbsentKeys(ContenderType type) {
        assumeTrue(type.can(MISSES), MISSES.lack());
        try (Contender contender = full(type)) {
            assertThat(contender.session().get(ENTRIES)).isEqualTo(Session.MISSING);
            assertThat(contender.session().get(Integer.MAX_VALUE)).isEqualTo(Session.MISSING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void updateReplacesThePreviousEntry(ContenderType type) {
        assumeTrue(type.can(WRITES), WRITES.lack());
        try (Contender contender = full(type)) {
            final Session session = contender.session();
            for (int key = 0; key < ENTRIES; key++) {
                session.put(key);
            }
            assertThat(contender.entries()).isEqualTo(ENTRIES);
            assertAllFound(session, ENTRIES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void evictsEntriesBeyondItsCapacity(ContenderType type) {
        assumeTrue(type.can(EVICTS), EVICTS.lack());
        try (Contender contender = full(type)) {
            final Session session = contender.session();
            final int last = ENTRIES * (TURNOVERS + 1) - 1;
            for (int key = ENTRIES; key <= last; key++) {
                session.put(key);
            }
            assertThat(contender.entries()).isBetween(1L, (long) (ENTRIES * BOUND));
            assertThat(LongStream.rangeClosed(last - BATCH, last))
                    .anyMatch(key -> session.get(key) == key);
        }
    }

    /** Waits for no expiry, because not every contender's clock can be set. */
    @ParameterizedTest
    @EnumSource
    void holdsEntriesWithATimeToLive(ContenderType type) {
        assumeTrue(type.can(EXPIRES), EXPIRES.lack());
        try (Contender contender = full(type, ENTRIES, VALUE_BYTES, TimeUnit.HOURS.toNanos(1))) {
            assertAllFound(contender.session(), ENTRIES);
            assertThat(contender.entries()).isEqualTo(ENTRIES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsBatches(ContenderType type) {
        try (Contender contender = full(type)) {
            final Session session = contender.session();
            final long[] present = LongStream.range(0, BATCH).toArray();
            if (!type.can(BATCHES)) {
                assertThatThrownBy(() -> session.getAll(present))
                        .isInstanceOf(UnsupportedOperationException.class);
                return;
            }
            assertThat(session.getAll(present)).isEqualTo(BATCH);
            assertThat(session.getAll(LongStream.range(ENTRIES - 8, ENTRIES + 8).toArray()))
                    .isEqualTo(8);
            assertThat(session.getAll(new long[] {Integer.MAX_VALUE})).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void servesTwoThreads(ContenderType type) throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Contender contender = full(type)) {
            final Callable<Void> readsAndWrites =
                    () -> {
                        final Session session = contender.session();
                        for (int key = 0; key < ENTRIES; key++) {
                            if (type.can(WRITES)) {
                                session.put(key);
                            }
                            assertThat(session.get(ENTRIES - 1 - key)).isEqualTo(ENTRIES - 1 - key);
                        }
                        return null;
                    };
            final Future<Void> one = threads.submit(readsAndWrites);
            final Future<Void> other = threads.submit(readsAndWrites);
            one.get();
            other.get();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Contenders that use neither heap nor direct buffers have to report their memory. */
    @ParameterizedTest
    @ValueSource(strings = {"ohc", "ohc-chunked", "chronicle-map"})
    void reportsItsNativeMemory(String title) {
        try (Contender contender = full(ContenderType.of(title).orElseThrow())) {
            assertThat(contender.nativeBytes()).isGreaterThan((long) ENTRIES * VALUE_BYTES);
        }
    }

    /** The build repeats the flags of forks, because it cannot call {@code jvmFlags}. */
    @ParameterizedTest
    @EnumSource
    void testsRunWithTheFlagsOfForks(ContenderType type) {
        assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
                .containsAll(
                        type.jvmFlags().stream()
                                .filter(flag -> flag.startsWith("--add-"))
                                .toList());
    }
}
