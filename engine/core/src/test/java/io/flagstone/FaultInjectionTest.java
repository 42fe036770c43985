// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.FaultRig.KEY;
import static io.flagstone.FaultRig.LARGE;
import static io.flagstone.FaultRig.SMALL;
import static io.flagstone.FaultRig.TICK;
import static io.flagstone.FaultRig.TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.flagstone.FaultRig.CallOut;
import io.flagstone.FaultRig.Fault;
import io.flagstone.api.RemovalCause;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The caller's code may throw anything wherever the engine calls it. An operation that fails leaves
 * every entry as it was, a removal stands, no lock stays locked, and the audit is clean.
 *
 * <p>Every public operation runs in every scenario once without a fault, which counts its calls out
 * of the engine and shows the expected result. Then it runs again with a fault at each of those
 * calls.
 */
@Tag("any-jdk")
class FaultInjectionTest {
    /** The state of the cache before the operation. */
    private enum Scenario {
        ABSENT_AND_FULL(2, 3, 4, 5),
        ABSENT_AND_OTHERS_DUE(5) {
            @Override
            void prepare(FaultRig rig) {
                rig.put(2, TTL);
                rig.put(3, TTL);
                rig.put(4, TTL);
                super.prepare(rig);
                rig.nowNs += TTL + TICK;
            }
        },
        PRESENT(1, 2, 3, 4),
        TIMED_AND_OTHERS_DUE(4) {
            @Override
            void prepare(FaultRig rig) {
                rig.put(KEY, 10 * TTL);
                rig.put(2, TTL);
                rig.put(3, TTL);
                super.prepare(rig);
                rig.nowNs += TTL + TICK;
            }
        },
        /** The key is past its deadline, but its tick is not over: the wheel does not know yet. */
        EXPIRED(2, 3, 4) {
            @Override
            void prepare(FaultRig rig) {
                rig.put(KEY, TTL + 1);
                super.prepare(rig);
                rig.nowNs += TTL + 1;
            }
        },
        SLIDING(1, 2, 3, 4) {
            @Override
            void configure(CacheBuilder builder) {
                builder.expireAfterAccessNs(TTL);
            }

            @Override
            void prepare(FaultRig rig) {
                super.prepare(rig);
                rig.nowNs += TTL / 2;
            }
        },
        /** The entries fill the only slab. */
        ONE_SLAB(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16) {
            @Override
            void configure(CacheBuilder builder) {
                builder.memoryBytes(3_600).maxEntries(100);
            }

            @Override
            void prepare(FaultRig rig) {
                super.prepare(rig);
                assertThat(rig.cache.memoryReport().freeSlabBytes()).isZero();
                assertThat(rig.cache.memoryReport().freeChunkBytes()).isZero();
                assertThat(rig.cache.size()).isEqualTo(16);
            }
        };

        private final long[] keys;

        Scenario(long... keys) {
            this.keys = keys;
        }

        void configure(CacheBuilder builder) {}

        void prepare(FaultRig rig) {
            for (final long key : keys) {
                rig.put(key, 0);
            }
        }
    }

    private final ExecutorService otherThread =
            Executors.newSingleThreadExecutor(
                    body -> {
                        final Thread thread = new Thread(body, "other");
                        thread.setDaemon(true);
                        return thread;
                    });

    @AfterEach
    void stopOtherThread() {
        otherThread.shutdownNow();
    }

    /** An operation in a scenario, and the call out of it that fails. */
    private record Case(
            PublicOperation operation,
            Scenario scenario,
            int valueLength,
            CallOut site,
            int number,
            Fault fault) {}

    /** The calls and results without a fault. */
    private record Expected(
            int calls,
            Map<Long, String> before,
            Map<Long, String> after,
            List<String> told,
            Object result) {}

    private static FaultRig open(Scenario scenario) {
        final FaultRig rig = new FaultRig(scenario::configure);
        scenario.prepare(rig);
        rig.calls.clear();
        rig.told.clear();
        return rig;
    }

    private static Expected withoutFault(
            PublicOperation operation, Scenario scenario, int valueLength, CallOut site) {
        try (FaultRig rig = open(scenario)) {
            final Map<Long, String> before = rig.contents();
            rig.calls.clear();
            rig.site = site;
            rig.run(operation, valueLength);
            assertThat(rig.thrown).isNull();
            final int calls = rig.calls.getOrDefault(site, 0);
            return new Expected(calls, before, rig.contents(), List.copyOf(rig.told), rig.result);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noThrowableDoesHarm(CallOut site) throws Exception {
        final Set<String> operations = new TreeSet<>();
        final Set<RemovalCause> causes = EnumSet.noneOf(RemovalCause.class);
        for (final PublicOperation operation : PublicOperation.all()) {
            for (final Scenario scenario : Scenario.values()) {
                for (final int length : new int[] {SMALL, LARGE}) {
                    if (operation.name().equals("close")
                            || length != SMALL && !operation.writesValue()) {
                        continue;
                    }
                    final Expected expected = withoutFault(operation, scenario, length, site);
                    for (int number = 1; number <= expected.calls(); number++) {
                        operations.add(operation.name());
                        for (final Fault fault : Fault.values()) {
                            final Case one =
                                    new Case(operation, scenario, length, site, number, fault);
                            final RemovalCause cause = inject(one, expected);
                            if (cause != null) {
                                causes.add(cause);
                            }
                        }
                    }
                }
            }
        }
        assertThat(operations).isEqualTo(new TreeSet<>(site.operations));
        if (site.isContained()) {
            assertThat(causes).containsExactlyInAnyOrder(RemovalCause.values());
        }
    }

    private RemovalCause inject(Case one, Expected expected) throws Exception {
        try (FaultRig rig = open(one.scenario)) {
            rig.site = one.site;
            rig.number = one.number;
            rig.fault = one.fault;
            rig.run(one.operation, one.valueLength);
            rig.site = null;

            final String name = one.toString();
            assertThat(rig.occurred).as(name).isTrue();
            if (one.site.isContained()) {
                assertThat(rig.thrown).as(name).isNull();
                assertThat(rig.told).as(name).isEqualTo(expected.told());
                assertThat(rig.result).as(name).isEqualTo(expected.result());
            } else {
                assertIs(one.fault, rig.thrown, name);
            }
            if (one.site == CallOut.REMOVAL_HANDLER) {
                assertThat(rig.errors).as(name).hasSize(1);
                assertIs(one.fault, rig.errors.get(0), name);
            }
            final Map<Long, String> contents =
                    one.site.isContained()
                            ? expected.after()
                            : rig.unlessEvicted(expected.before());
            // On another thread: on this one, a lock that stayed locked would look like re-entry.
            onOtherThread(
                    () -> {
                        TestSupport.assertClean(rig.cache);
                        assertThat(rig.contents()).as(name).isEqualTo(contents);
                        use(rig, name);
                    });
            use(rig, name);
            return rig.causeAtFault;
        }
    }

    private void onOtherThread(Runnable body) throws Exception {
        try {
            otherThread.submit(body).get(1, TimeUnit.MINUTES);
        } catch (final ExecutionException e) {
            throw TestSupport.sneak(e.getCause());
        }
    }

    /** Uses the key and others, some of which are evicted. */
    private static void use(FaultRig rig, String name) {
        for (final int length : new int[] {SMALL, LARGE}) {
            final UnsafeBuffer found = new UnsafeBuffer(new byte[length]);
            for (long key = KEY; key < KEY + 6; key++) {
                final UnsafeBuffer value = FaultRig.valueOf(key, length, 'u');
                rig.cache.put(key, value, 0, length);
                assertThat(rig.cache.get(key, found, 0)).as(name).isEqualTo(length);
                assertThat(found).as(name).isEqualTo(value);
                assertThat(rig.cache.update(key, view -> view.putByte(0, (byte) 'x'))).isTrue();
            }
        }
        assertThat(rig.cache.remove(KEY + 5)).as(name).isTrue();
        rig.cache.doWork();
        TestSupport.assertClean(rig.cache);
    }

    private static void assertIs(Fault fault, Throwable thrown, String name) {
        if (fault == Fault.STACK_OVERFLOW) {
            assertThat(thrown).as(name).isExactlyInstanceOf(StackOverflowError.class);
        } else {
            assertThat(thrown)
                    .as(name)
                    .isExactlyInstanceOf(catchThrowable(fault::occur).getClass())
                    .hasMessage("injected");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBuildFailsIfTheClockThrows(Fault fault) {
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(64 << 10)
                        .clock(
                                () -> {
                                    fault.occur();
                                    return 0;
                                });
        assertIs(fault, catchThrowable(builder::build), fault.toString());
        try (OffHeapCache cache = builder.clock(new TestClock()).build()) {
            assertThat(cache.put(KEY, new UnsafeBuffer(new byte[8]), 0, 8)).isTrue();
            TestSupport.assertClean(cache);
        }
    }
}
