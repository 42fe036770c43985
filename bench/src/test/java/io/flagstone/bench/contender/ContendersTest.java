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

/** All contenders do what they are said to. */
class ContendersTest {
    private static final int ENTRIES = 5_000;
    private static final int VALUE_BYTES = 64;
    private static final int TURNOVERS = 10;
    private static final int BATCH = 32;

    /** What budgets have to spare, and chunks of entries that go together. */
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
    void holdsAllEntriesItIsMadeFor(ContenderType type) {
        try (Contender contender = full(type)) {
            assertAllFound(contender.session(), ENTRIES);
            assertThat(contender.entries()).isEqualTo(ENTRIES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsThemWhateverTheirLength(ContenderType type) {
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
    void updatesInPlaceOfTheEntryBefore(ContenderType type) {
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
    void evictsWhatIsTooMuch(ContenderType type) {
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

    /** No contender's clock can be set by all of them alike, so nothing is left to expire. */
    @ParameterizedTest
    @EnumSource
    void holdsEntriesThatAreToExpire(ContenderType type) {
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
    void serveTwoThreads(ContenderType type) throws Exception {
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

    /** Those that allocate by neither heap nor direct buffers have to say so. */
    @ParameterizedTest
    @ValueSource(strings = {"ohc", "ohc-chunked", "chronicle-map"})
    void tellsItsNativeMemory(String title) {
        try (Contender contender = full(ContenderType.of(title).orElseThrow())) {
            assertThat(contender.nativeBytes()).isGreaterThan((long) ENTRIES * VALUE_BYTES);
        }
    }

    /** The build has them once more, since it cannot ask. */
    @ParameterizedTest
    @EnumSource
    void theseTestsHaveTheFlagsThatForksGet(ContenderType type) {
        assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
                .containsAll(
                        type.jvmFlags().stream()
                                .filter(flag -> flag.startsWith("--add-"))
                                .toList());
    }
}
