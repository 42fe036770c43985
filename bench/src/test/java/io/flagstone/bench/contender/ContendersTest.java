package io.flagstone.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContendersTest {
    private static final int ENTRIES = 5_000;
    private static final long ABSENT = 1L << 30;
    private static final ContenderSettings SETTINGS =
            new ContenderSettings(ENTRIES, 64, ContenderSettings.NO_TTL);

    @ParameterizedTest
    @EnumSource
    void holdsAsManyEntriesAsItIsAskedTo(ContenderType type) {
        try (Contender contender = filled(type, SETTINGS)) {
            final Session session = contender.session();

            assertThat(contender.entries()).isEqualTo(ENTRIES);
            for (long key = 0; key < ENTRIES; key++) {
                assertThat(session.get(key)).isEqualTo(key);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhatIsAbsent(ContenderType type) {
        assumeThat(type.can(Ability.MISSES)).isTrue();
        try (Contender contender = filled(type, SETTINGS)) {
            assertThat(contender.session().get(ABSENT)).isEqualTo(Session.MISSING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void updatesInPlace(ContenderType type) {
        assumeThat(type.can(Ability.WRITES)).isTrue();
        try (Contender contender = filled(type, SETTINGS)) {
            contender.session().put(7);

            assertThat(contender.entries()).isEqualTo(ENTRIES);
            assertThat(contender.session().get(7)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void evictsWhenItIsFull(ContenderType type) {
        assumeThat(type.can(Ability.EVICTS)).isTrue();
        try (Contender contender = filled(type, SETTINGS)) {
            final Session session = contender.session();
            final long last = 20 * ENTRIES;
            for (long key = ENTRIES; key <= last; key++) {
                session.put(key);
            }
            assertThat(contender.entries()).isBetween(ENTRIES / 2L, 6L * ENTRIES);
            // Caffeine admits by frequency, so a new key may be the one that leaves.
            if (type != ContenderType.CAFFEINE) {
                assertThat(session.get(last)).isEqualTo(last);
            }
        }
    }

    /** That entries go when their time has come cannot be seen without waiting for it. */
    @ParameterizedTest
    @EnumSource
    void takesATimeToLive(ContenderType type) {
        assumeThat(type.can(Ability.EXPIRES)).isTrue();
        final ContenderSettings timed =
                new ContenderSettings(ENTRIES, 64, TimeUnit.HOURS.toNanos(1));
        try (Contender contender = filled(type, timed)) {
            assertThat(contender.session().get(7)).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsManyKeysAtOnce(ContenderType type) {
        try (Contender contender = filled(type, SETTINGS)) {
            final Session session = contender.session();
            final long[] present = LongStream.range(0, 32).map(i -> i * 100).toArray();
            if (type.can(Ability.BATCHES)) {
                assertThat(session.getAll(present)).isEqualTo(32);
                present[3] = ABSENT;
                assertThat(session.getAll(present)).isEqualTo(31);
            } else {
                assertThatThrownBy(() -> session.getAll(present))
                        .isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    @Test
    void namesAreTheirOwn() {
        assertThat(ContenderType.titles()).doesNotHaveDuplicates();
        for (final ContenderType type : ContenderType.values()) {
            assertThat(ContenderType.of(type.title())).contains(type);
        }
        assertThat(ContenderType.of("redis")).isEmpty();
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new ContenderSettings(0, 64, 0))
                .hasMessage("entries 0 is not positive");
        assertThatThrownBy(() -> new ContenderSettings(1, 12, 0))
                .hasMessage("values of 12 bytes are not of at least 16 and a multiple of 8");
        assertThatThrownBy(() -> new ContenderSettings(1, 16, -1))
                .hasMessage("ttl -1 ns is negative");
    }

    private static Contender filled(ContenderType type, ContenderSettings settings) {
        final Contender contender = type.make(settings);
        if (!type.isFloor()) {
            final Session session = contender.session();
            for (long key = 0; key < settings.entries(); key++) {
                session.put(key);
            }
        }
        return contender;
    }
}
