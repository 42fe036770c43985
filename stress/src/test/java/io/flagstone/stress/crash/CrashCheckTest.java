// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.stress.soak.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares a cache in memory with its ledger: a sound one, and one with planted faults. */
@Tag("any-jdk")
class CrashCheckTest {
    private static final int STEPS = 20_000;
    private static final long SEED = Long.getLong("flagstone.test.seed", 20_261_129L);

    @TempDir private Path directory;
    private long nowNs = TimeUnit.DAYS.toNanos(20_000);

    private static List<CrashConfiguration> configurations() {
        return CrashConfiguration.ALL;
    }

    private interface Steps {
        void run(CrashRound round, CrashWorker worker);
    }

    /** Opens a cache in memory, runs steps on it and checks it. */
    private int run(CrashConfiguration configuration, PlantedFault fault, Steps steps)
            throws IOException {
        System.out.println("seed " + SEED);
        try (OffHeapCache cache = configuration.builder().clock(() -> nowNs).build();
                Ledger ledger = new Ledger(directory.resolve("ledger"), 1, configuration.keys())) {
            final CrashRound round =
                    new CrashRound(cache, configuration, ledger, () -> nowNs, SEED, fault);
            steps.run(round, new CrashWorker(round, 0, new ReentrantReadWriteLock()));
            return new CrashCheck(round).run();
        }
    }

    private void steps(CrashWorker worker) {
        for (int i = 0; i < STEPS; i++) {
            worker.step();
            nowNs += 20_000;
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aSoundCacheAgreesWithItsLedger(CrashConfiguration configuration) throws IOException {
        assertThat(run(configuration, PlantedFault.NONE, (round, worker) -> steps(worker)))
                .isPositive();
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aRoomyCacheEvictsNothing(CrashConfiguration configuration) throws IOException {
        run(
                configuration,
                PlantedFault.NONE,
                (round, worker) -> {
                    steps(worker);
                    assertThat(round.cache().statistics().evictions() == 0)
                            .as(round.cache().statistics().toString())
                            .isEqualTo(configuration.roomy());
                });
    }

    @ParameterizedTest
    @CsvSource({
        "LOST_WRITE, a running cache has lost a key",
        "REVIVED, a running cache has a key that it should not have",
        "TORN, a running cache returned a wrong value",
        "STALE, a running cache returned a wrong value",
        "FOREIGN, a running cache returned a wrong value"
    })
    void theWorkloadFindsAFault(PlantedFault fault, String message) {
        assertThatThrownBy(
                        () ->
                                run(
                                        CrashConfiguration.find("roomy"),
                                        fault,
                                        (round, worker) -> steps(worker)))
                .isInstanceOf(Violation.class)
                .hasMessageContaining("a running cache");
    }

    @Test
    void theCheckFindsALostWrite() {
        assertFound(
                "a write that had returned is missing",
                (round, number) -> round.cache().remove(number));
    }

    @Test
    void theCheckFindsARevivedValue() {
        assertFound(
                "a key that was removed is back",
                (round, number) -> {
                    final KeyState absent = new KeyState();
                    round.ledger().part(0).write((int) number - 1, absent);
                });
    }

    @Test
    void theCheckFindsATornValue() {
        assertFound(
                "torn",
                (round, number) ->
                        round.cache()
                                .update(
                                        number,
                                        value -> value.putByte(70, (byte) ~value.getByte(70))));
    }

    @Test
    void theCheckFindsAnOldValue() {
        assertFound(
                "a value is not the one that was written last",
                (round, number) -> {
                    final KeyState old = state(999);
                    round.cache().update(number, value -> ValueBytes.encode(value, 0, number, old));
                });
    }

    @Test
    void theCheckFindsAForeignValue() {
        assertFound(
                "that name key",
                (round, number) -> {
                    final KeyState state = state(1000);
                    round.cache()
                            .update(
                                    number,
                                    value -> ValueBytes.encode(value, 0, number + 1, state));
                });
    }

    @Test
    void theCheckFindsAWrongDeadline() {
        assertFound(
                "time to live",
                (round, number) -> round.cache().setTtl(number, TimeUnit.HOURS.toNanos(1)));
    }

    @Test
    void theCheckFindsAnUnknownKey() {
        assertFound(
                "a scan finds a key that was never written",
                (round, number) -> {
                    final UnsafeBuffer key = new UnsafeBuffer(new byte[100]);
                    CrashConfiguration.KEYS.write(1_000_000, key, 0);
                    round.cache().put(key, 0, CrashConfiguration.KEYS.length(1_000_000), key, 0, 8);
                });
    }

    private interface Fault {
        void commit(CrashRound round, long number);
    }

    private static KeyState state(long sequence) {
        final KeyState state = new KeyState();
        state.setValue(sequence, 100);
        return state;
    }

    /** Puts one value, commits a fault and checks. */
    private void assertFound(String message, Fault fault) {
        final int slot = slotOfLong();
        final long number = slot + 1;
        assertThatThrownBy(
                        () ->
                                run(
                                        CrashConfiguration.find("roomy"),
                                        PlantedFault.NONE,
                                        (round, worker) -> {
                                            final UnsafeBuffer value =
                                                    new UnsafeBuffer(new byte[100]);
                                            final KeyState state = state(1000);
                                            ValueBytes.encode(value, 0, number, state);
                                            round.cache().put(number, value, 0, 100);
                                            round.ledger().part(0).write(slot, state);
                                            fault.commit(round, number);
                                        }))
                .isInstanceOf(Violation.class)
                .hasMessageContaining(message);
    }

    /** Returns a slot whose key is a {@code long}. */
    private static int slotOfLong() {
        int slot = 0;
        while (CrashConfiguration.KEYS.length(slot + 1) != Long.BYTES) {
            slot++;
        }
        return slot;
    }

    /** The states of a key around an operation that a kill interrupts. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void anOperationUnderWayIsThereOrNot(boolean wasPresent, boolean done) throws IOException {
        final int slot = slotOfLong();
        final long number = slot + 1;
        final int entries =
                run(
                        CrashConfiguration.find("roomy"),
                        PlantedFault.NONE,
                        (round, worker) -> {
                            final Ledger.Part part = round.ledger().part(0);
                            final UnsafeBuffer value = new UnsafeBuffer(new byte[100]);
                            if (wasPresent) {
                                ValueBytes.encode(value, 0, number, state(1000));
                                round.cache().put(number, value, 0, 100);
                                part.write(slot, state(1000));
                            }
                            part.intend(slot, state(1001));
                            part.begin(CrashOperation.PUT);
                            if (done) {
                                ValueBytes.encode(value, 0, number, state(1001));
                                round.cache().put(number, value, 0, 100);
                            }
                            new CrashCheck(round).run();
                            final KeyState settled = new KeyState();
                            part.read(slot, settled);
                            assertThat(settled.sequence)
                                    .isEqualTo(done ? 1001 : wasPresent ? 1000 : 0);
                            assertThat(part.intended()).isZero();
                        });
        assertThat(entries).isEqualTo(wasPresent || done ? 1 : 0);
    }
}
