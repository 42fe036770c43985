// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.KeyVisitor;
import io.flagstone.api.RemovalCause;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lists the keys of a cache in steps while it is written. */
class KeyListingTest {
    private static final int SCHEDULES = TestSupport.repetitions(12);

    /** In this schedule an entry moves from a chunk ahead of the cursor to one behind it. */
    private static final long MOVES_BACK = 20_131_168;

    private static final int KEYS = 5_000;
    private static final int OPERATIONS = 6_000;

    private final List<OffHeapCache> opened = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[4096]);

    /** The keys that were passed and have not left since. */
    private final Set<Long> passed = new HashSet<>();

    private long passes;
    private int operations;
    private long evictions;
    private TestClock clock = new TestClock();

    @AfterEach
    void auditAndClose() {
        for (final OffHeapCache cache : opened) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private OffHeapCache open(boolean filtered, boolean told) {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .segments(2)
                        .slabBytes(1 << 12)
                        .hashSeed(7)
                        .promotionDistance(0)
                        .admissionFilter(filtered)
                        .tickNs(1_000)
                        .clock(clock)
                        .removalHandler(
                                (cause, key, value) -> {
                                    if (told && cause != RemovalCause.REPLACED) {
                                        passed.remove(key.getLong(0));
                                    }
                                })
                        .build();
        opened.add(cache);
        return cache;
    }

    private KeyListing list(OffHeapCache cache) {
        return StateTransfer.of(cache)
                .list(
                        key -> {
                            assertThat(key.capacity()).isEqualTo(8);
                            passed.add(key.getLong(0));
                            passes++;
                        });
    }

    private void operate(Random random, OffHeapCache... caches) {
        final int choice = random.nextInt(2_000);
        // Few keys at a time, so that those that were removed come back.
        final long key = random.nextInt(random.nextBoolean() ? 60 : KEYS);
        // Other lengths from time to time, so that slabs change their size class.
        final int length = 8 << operations / 500 % 6 + random.nextInt(2);
        operations++;
        final long ttlNs = 1 + random.nextInt(1_000_000);
        clock.advance(random.nextInt(200));
        for (final OffHeapCache cache : caches) {
            if (choice == 0) {
                cache.clear();
            } else if (choice < 300) {
                cache.put(key, buffer, 0, length, ttlNs);
            } else if (choice < 900) {
                cache.put(key, buffer, 0, length);
            } else if (choice < 1_100) {
                cache.update(key, value -> value.putLong(0, 1));
            } else if (choice < 1_300) {
                cache.put(key, length, OffHeapCache.NO_TTL, value -> value.putLong(0, 2));
            } else if (choice < 1_800) {
                cache.get(key, destination, 0);
            } else {
                cache.remove(key);
            }
        }
    }

    private static Set<Long> keys(OffHeapCache cache) {
        final Set<Long> keys = new HashSet<>();
        StateTransfer.of(cache)
                .forEach((key, value, deadlineNs, slides) -> keys.add(key.getLong(0)));
        return keys;
    }

    private static List<String> state(OffHeapCache cache) {
        final List<String> state = new ArrayList<>();
        StateTransfer.of(cache)
                .forEach(
                        (key, value, deadlineNs, slides) ->
                                state.add(entry(key, value, deadlineNs)));
        return state;
    }

    private static String entry(DirectBuffer key, DirectBuffer value, long deadlineNs) {
        return key.getLong(0) + ":" + value.capacity() + ":" + deadlineNs;
    }

    @Test
    void everyKeyIsPassedWhateverIsWrittenMeanwhile() {
        long moves = 0;
        moves += list(MOVES_BACK);
        for (int i = 0; i < SCHEDULES; i++) {
            moves += list(TestSupport.seed() + i);
        }
        assertThat(evictions).as("evictions while keys were listed").isPositive();
        assertThat(moves).as("moves by the cache while keys were listed").isPositive();
    }

    private long list(long seed) {
        final Random random = new Random(seed);
        clock = new TestClock();
        operations = 0;
        final boolean filtered = random.nextInt(4) == 0;
        final OffHeapCache cache = open(filtered, true);
        final OffHeapCache twin = open(filtered, false);
        for (int i = 0; i < OPERATIONS; i++) {
            operate(random, cache, twin);
        }
        passed.clear();
        final long before = cache.statistics().moves();
        final long evictionsBefore = cache.statistics().evictions();
        try (KeyListing listing = list(cache)) {
            final int stepKeys = 1 + random.nextInt(10);
            while (listing.step(stepKeys)) {
                for (int left = random.nextInt(60); left > 0; left--) {
                    operate(random, cache, twin);
                }
            }
            for (int i = 0; i < 20; i++) {
                assertThat(passed).as("seed %d", seed).containsAll(keys(cache));
                for (int j = 0; j < 50; j++) {
                    operate(random, cache, twin);
                }
            }
            assertThat(listing.step(1)).isFalse();
        }
        final long ended = passes;
        cache.put(KEYS, buffer, 0, 8);
        twin.put(KEYS, buffer, 0, 8);
        assertThat(passes).as("closed").isEqualTo(ended);
        assertThat(state(cache)).as("seed %d", seed).isEqualTo(state(twin));
        evictions += cache.statistics().evictions() - evictionsBefore;
        return cache.statistics().moves() - before;
    }

    @Test
    void aStepIsBounded() {
        final OffHeapCache cache = open(false, false);
        for (long key = 0; key < 100; key++) {
            cache.put(key, buffer, 0, 16);
        }
        try (KeyListing listing = list(cache)) {
            for (long before = -1; before < passes; ) {
                before = passes;
                listing.step(3);
                assertThat(passes - before).isLessThanOrEqualTo(3);
            }
            while (listing.step(3)) {
                assertThat(passes).isLessThanOrEqualTo(100);
            }
        }
        assertThat(passed).hasSize(100);
        assertThat(passes).as("each once").isEqualTo(100);
    }

    @Test
    void oneListingAtATime() {
        final OffHeapCache cache = open(false, false);
        cache.put(1, buffer, 0, 8);
        final KeyListing first = list(cache);
        first.step(1);
        final KeyListing second = list(cache);
        assertThatThrownBy(() -> second.step(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another list of the keys is open");
        second.close();
        cache.put(2, buffer, 0, 8);
        while (first.step(1)) {
            // Goes on.
        }
        assertThat(passed).containsExactlyInAnyOrder(1L, 2L);
        first.close();
        first.close();
        try (KeyListing third = list(cache)) {
            third.step(1);
            assertThatThrownBy(() -> list(cache).step(1)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aClosedListingDoesNotGoOn() {
        final OffHeapCache cache = open(false, false);
        for (long key = 0; key < 100; key++) {
            cache.put(key, buffer, 0, 8);
        }
        final KeyListing listing = list(cache);
        listing.step(1);
        listing.close();
        assertThatThrownBy(() -> listing.step(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aVisitorThatThrowsEndsTheStepAndNoWrite() {
        final List<Throwable> errors = new ArrayList<>();
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .segments(1)
                        .errorHandler(errors::add)
                        .build();
        opened.add(cache);
        cache.put(1, buffer, 0, 8);
        final KeyVisitor visitor =
                key -> {
                    cache.contains(1);
                };
        try (KeyListing listing = StateTransfer.of(cache).list(visitor)) {
            assertThatThrownBy(() -> listing.step(1)).hasMessageStartingWith("re-entry");
            assertThat(cache.put(2, buffer, 0, 8)).isTrue();
        }
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0)).hasMessageStartingWith("re-entry");
        assertThat(keys(cache)).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void placesAreThoseOfTheOrderOfUseAndVisitsAreNoUse() {
        final OffHeapCache cache = open(false, false);
        final Random random = new Random(TestSupport.seed());
        for (int i = 0; i < 2_000; i++) {
            operate(random, cache);
        }
        final List<String> before = state(cache);
        final StateTransfer transfer = StateTransfer.of(cache);
        final List<UnsafeBuffer> byUse = new ArrayList<>();
        transfer.forEach(
                (key, value, deadlineNs, slides) -> {
                    final UnsafeBuffer copy = new UnsafeBuffer(new byte[8]);
                    copy.putBytes(0, key, 0, 8);
                    byUse.add(copy);
                });
        long previous = -1;
        final List<String> visited = new ArrayList<>();
        for (final UnsafeBuffer key : byUse) {
            final long place = transfer.placeOf(key, 0, 8);
            assertThat(place).isGreaterThan(previous);
            previous = place;
            assertThat(
                            transfer.visit(
                                    key,
                                    0,
                                    8,
                                    (of, value, deadlineNs, slides) ->
                                            visited.add(entry(of, value, deadlineNs))))
                    .isTrue();
        }
        assertThat(visited).isEqualTo(before);
        assertThat(state(cache)).isEqualTo(before);
        final UnsafeBuffer absent = new UnsafeBuffer(new byte[8]);
        absent.putLong(0, KEYS);
        assertThat(transfer.placeOf(absent, 0, 8)).isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(transfer.visit(absent, 0, 8, (key, value, deadlineNs, slides) -> {})).isFalse();
        cache.put(KEYS, buffer, 0, 8, 10);
        clock.advance(10);
        assertThat(transfer.placeOf(absent, 0, 8)).as("expired").isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(transfer.visit(absent, 0, 8, (key, value, deadlineNs, slides) -> {}))
                .as("expired")
                .isFalse();
    }
}
