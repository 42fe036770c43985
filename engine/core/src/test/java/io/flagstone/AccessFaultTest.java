// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.SegmentResetException;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An operation may end at any of its accesses to memory. An Error breaks off every public operation
 * at one access after another, at that access alone or at every access from there on. Afterwards
 * any other thread can operate at once, the audit is clean, and every value read was written for
 * its key.
 *
 * <p>The ordinary build tries at most {@value #POINTS} points of each operation in each state,
 * spread over all its accesses; {@code -Dflagstone.test.access.points=N} tries at most N.
 */
@Tag("any-jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessFaultTest {
    private static final int POINTS = 12;
    private static final long KEY = 1;
    private static final long TTL = 10_000;
    private static final long TICK = 1_000;
    private static final int OTHERS = 160;
    private static final int LARGEST = 300;

    /** Operations that change nothing, not even the order of use, and so never cost an entry. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "audit",
                    "contains",
                    "memoryReport",
                    "remainingTtlNs",
                    "scan",
                    "size",
                    "statistics");

    private static final Error[] ERRORS = {
        new StackOverflowError("injected"),
        new OutOfMemoryError("injected"),
        new InternalError("injected"),
        new AssertionError("injected")
    };

    /** The configurations of the cache. */
    enum Setup {
        PLAIN {
            @Override
            void configure(CacheBuilder builder) {}
        },
        BOUNDED {
            @Override
            void configure(CacheBuilder builder) {
                builder.maxEntries(60).expiryBudget(1).rebalanceBudget(2);
            }
        },
        EXACT_AND_SLIDING {
            @Override
            void configure(CacheBuilder builder) {
                builder.promotionDistance(0).expireAfterAccessNs(TTL);
            }
        },
        FILTERED {
            @Override
            void configure(CacheBuilder builder) {
                builder.admissionFilter(true);
            }
        },
        /** Without a removal handler, values are written under stripes. */
        STRIPED {
            @Override
            void configure(CacheBuilder builder) {
                builder.memoryBytes(80 << 10);
            }

            @Override
            boolean isStriped() {
                return true;
            }
        },
        STRIPED_AND_SLIDING {
            @Override
            void configure(CacheBuilder builder) {
                builder.memoryBytes(80 << 10).expireAfterAccessNs(100 * TTL);
            }

            @Override
            boolean isStriped() {
                return true;
            }
        },
        /** Enough memory for batches to run in stages. */
        STAGED {
            @Override
            void configure(CacheBuilder builder) {
                builder.memoryBytes(1 << 20);
            }
        };

        abstract void configure(CacheBuilder builder);

        boolean isStriped() {
            return false;
        }
    }

    /** The state of the operation's key before the call. */
    enum State {
        ABSENT,
        PRESENT,
        /** Other entries have expired as well. */
        EXPIRED
    }

    /** An operation, with a value of a given length to write. */
    private record Operation(PublicOperation of, int valueLength) {
        Object call(OffHeapCache cache) {
            final UnsafeBuffer destination = new UnsafeBuffer(new byte[2 * LARGEST]);
            final Inputs inputs =
                    new Inputs(
                            KEY,
                            valueOf(KEY, 48, 'o'),
                            valueOf(KEY, valueLength, 'n'),
                            destination,
                            3 * TTL,
                            view -> {},
                            view -> {
                                view.putLong(8, KEY);
                                view.putInt(16, view.capacity());
                                view.setMemory(20, view.capacity() - 20, (byte) 'u');
                            },
                            (key, value) -> {});
            return of.call(cache, of.arguments(inputs));
        }
    }

    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final UnsafeBuffer found = new UnsafeBuffer(new byte[2 * LARGEST]);
    private final int limit =
            Integer.getInteger("flagstone.test.access.points", TestSupport.repetitions(POINTS));
    private final List<Throwable> told = new ArrayList<>();
    private long nowNs;
    private int removals;
    private int points;
    private int resets;

    @AfterAll
    void stop() {
        other.shutdownNow();
        System.out.printf(
                "AccessFaultTest: broken off at %d points, %d of which reset a segment%n",
                points, resets);
    }

    /** Returns a value: eight bytes to add to, the key, the length, and one letter repeated. */
    private static UnsafeBuffer valueOf(long key, int length, char letter) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) letter);
        value.putLong(8, key);
        value.putInt(16, length);
        return value;
    }

    private static void assertWritten(long key, DirectBuffer value, int length) {
        // Too often for an assertion that makes objects.
        if (value.getLong(8) != key || value.getInt(16) != length) {
            throw new AssertionError(
                    "key %d has %d bytes, which were written for key %d with %d bytes"
                            .formatted(key, length, value.getLong(8), value.getInt(16)));
        }
        for (int i = 21; i < length; i++) {
            if (value.getByte(i) != value.getByte(20)) {
                throw new AssertionError("the value of key " + key + " is torn at " + i);
            }
        }
    }

    /** Builds a full cache with entries of many sizes, some with deadlines. */
    private OffHeapCache filled(Setup setup, State state) {
        nowNs = 1;
        told.clear();
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(48 << 10)
                        .segments(1)
                        .slabBytes(1 << 10)
                        .tickNs(TICK)
                        .expiryBudget(4)
                        .hashSeed(7)
                        .clock(() -> nowNs)
                        .errorHandler(told::add);
        if (!setup.isStriped()) {
            builder.removalHandler((cause, key, value) -> removals++);
        }
        setup.configure(builder);
        final OffHeapCache cache = builder.build();
        final Random random = new Random(TestSupport.seed());
        for (long key = 2; key < 2 + OTHERS; key++) {
            final int length = 24 + random.nextInt(key < OTHERS / 2 ? 40 : LARGEST - 24);
            final long ttl = random.nextInt(3) == 0 ? TTL * (1 + random.nextInt(200)) : 0;
            put(cache, key, length, ttl);
            if (key % 3 == 0) {
                cache.get(key / 2, found, 0);
            }
        }
        if (state != State.ABSENT) {
            put(cache, KEY, 48, state == State.EXPIRED ? TTL : 0);
        }
        if (state == State.EXPIRED) {
            nowNs += 60 * TTL;
        }
        return cache;
    }

    private static void put(OffHeapCache cache, long key, int length, long ttlNs) {
        final UnsafeBuffer value = valueOf(key, length, 'o');
        if (ttlNs == 0) {
            cache.put(key, value, 0, length);
        } else {
            cache.put(key, value, 0, length, ttlNs);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyOperationMayEndAtAnyAccess(Setup setup) throws Exception {
        final Random random = new Random(TestSupport.seed());
        for (final State state : State.values()) {
            for (final PublicOperation operation : PublicOperation.all()) {
                for (final int length : new int[] {48, 40, LARGEST}) {
                    if (length == 48 || operation.writesValue()) {
                        breakOff(setup, state, new Operation(operation, length), random);
                    }
                }
            }
        }
    }

    private void breakOff(Setup setup, State state, Operation operation, Random random)
            throws Exception {
        final OffHeapCache whole = filled(setup, state);
        AccessFaults.arm(0, false, ERRORS[0]);
        operation.call(whole);
        final long accesses = AccessFaults.disarm();
        if (!whole.isClosed()) {
            TestSupport.assertClean(whole);
            whole.close();
        }
        final double step = Math.max(1.0, (double) accesses / limit);
        for (double at = 1 + random.nextDouble() * (step - 1); at <= accesses; at += step) {
            final boolean lasting = random.nextBoolean();
            final String what =
                    "%s, %s: %s with %d bytes, access %d of %d%s"
                            .formatted(
                                    setup,
                                    state,
                                    operation.of,
                                    operation.valueLength,
                                    (long) at,
                                    accesses,
                                    lasting ? " and all after it" : "");
            try {
                breakOff(setup, state, operation, (long) at, lasting);
            } catch (final Throwable thrown) {
                throw new AssertionError(what, thrown);
            }
        }
    }

    private void breakOff(
            Setup setup, State state, Operation operation, long access, boolean lasting)
            throws Exception {
        final OffHeapCache cache = filled(setup, state);
        final Error error = ERRORS[points % ERRORS.length];
        points++;
        Throwable thrown = null;
        AccessFaults.arm(access, lasting, error);
        try {
            operation.call(cache);
        } catch (final Throwable e) {
            thrown = e;
        } finally {
            AccessFaults.disarm();
        }
        assertThat(thrown).as("the error that the caller gets").isSameAs(error);
        if (operation.of.name().equals("close")) {
            cache.close();
            assertThat(cache.isClosed()).isTrue();
            return;
        }
        // This hangs if the lock stays locked.
        other.submit(() -> useBy(cache)).get(1, TimeUnit.MINUTES);
        assertWhole(cache);
        final CacheStatistics statistics = cache.statistics();
        assertThat(told).allMatch(SegmentResetException.class::isInstance);
        assertThat(told).hasSize((int) statistics.segmentResets());
        assertThat(statistics.segmentResets()).isLessThanOrEqualTo(1);
        if (HARMLESS.contains(operation.of.name())) {
            assertThat(statistics.segmentResets())
                    .as("resets by an operation that changes nothing")
                    .isZero();
        }
        if (statistics.segmentResets() == 1) {
            resets++;
            final SegmentResetException reset = (SegmentResetException) told.get(0);
            assertThat(reset.entries()).isEqualTo(statistics.resetEntries());
            assertThat(reset).hasCause(error);
        }
        cache.close();
    }

    private static void useBy(OffHeapCache cache) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[2 * LARGEST]);
        // First, since the next write closes a version window that was left open.
        TestSupport.assertClean(cache);
        put(cache, 1000, 64, TTL);
        assertThat(cache.get(1000, destination, 0)).isEqualTo(64);
        assertWritten(1000, destination, 64);
        assertThat(cache.remove(1000)).isTrue();
    }

    private void assertWhole(OffHeapCache cache) {
        TestSupport.assertClean(cache);
        for (long key = 1; key < 2 + OTHERS; key++) {
            final int length = cache.get(key, found, 0);
            if (length != OffHeapCache.NOT_FOUND) {
                assertWritten(key, found, length);
            }
        }
        long cursor = 0;
        while (cursor != OffHeapCache.SCAN_DONE) {
            cursor =
                    cache.scan(
                            cursor,
                            LARGEST,
                            (key, value) -> assertWritten(key.getLong(0), value, value.capacity()));
        }
        // The cache accepts new values.
        for (long key = 2; key < 2 + OTHERS; key += 2) {
            put(cache, key, 24 + (int) key, 0);
        }
        TestSupport.assertClean(cache);
    }

    @Test
    void anErrorBeforeTheFirstChangeLosesNothing() {
        for (long access = 1; access <= 3; access++) {
            final OffHeapCache cache = filled(Setup.PLAIN, State.PRESENT);
            final long entries = cache.size();
            AccessFaults.arm(access, false, ERRORS[0]);
            try {
                cache.put(KEY, valueOf(KEY, 48, 'n'), 0, 48);
            } catch (final StackOverflowError expected) {
                // The armed error.
            } finally {
                AccessFaults.disarm();
            }
            assertThat(cache.size()).isEqualTo(entries);
            assertThat(cache.statistics().segmentResets()).isZero();
            TestSupport.assertClean(cache);
            cache.close();
        }
    }
}
