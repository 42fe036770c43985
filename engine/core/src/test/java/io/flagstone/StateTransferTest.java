// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.StateVisitor;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Carries the state of a cache to another one, which then evicts and expires the same entries. */
class StateTransferTest {
    private static final int KEYS = 3_000;
    private static final int OPERATIONS = 20_000;
    private static final long IDLE_NS = 400_000;

    private final TestClock clock = new TestClock();
    private final List<OffHeapCache> opened = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[4096]);
    private boolean sliding;
    private boolean filtered;

    @AfterEach
    void auditAndClose() {
        for (final OffHeapCache cache : opened) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private OffHeapCache open() {
        final long now = clock.nanoTime();
        clock.set(0);
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .segments(2)
                        .slabBytes(1 << 12)
                        .hashSeed(7)
                        .promotionDistance(0)
                        .admissionFilter(filtered)
                        .tickNs(1_000)
                        .clock(clock)
                        .removalHandler((cause, key, value) -> {});
        if (sliding) {
            builder.expireAfterAccessNs(IDLE_NS);
        }
        final OffHeapCache cache = builder.build();
        clock.set(now);
        opened.add(cache);
        return cache;
    }

    private static List<String> state(OffHeapCache cache) {
        final List<String> entries = new ArrayList<>();
        StateTransfer.of(cache)
                .forEach(
                        (key, value, deadlineNs, slides) ->
                                entries.add(
                                        key.getLong(0)
                                                + ":"
                                                + value.capacity()
                                                + ":"
                                                + value.getLong(0)
                                                + ":"
                                                + deadlineNs
                                                + ":"
                                                + slides));
        return entries;
    }

    private void copy(OffHeapCache from, OffHeapCache to) {
        final StateTransfer target = StateTransfer.of(to);
        StateTransfer.of(from)
                .forEach(
                        (key, value, deadlineNs, slides) ->
                                target.load(
                                        key,
                                        0,
                                        key.capacity(),
                                        value,
                                        0,
                                        value.capacity(),
                                        deadlineNs,
                                        slides));
    }

    private void operate(long seed, List<OffHeapCache> caches) {
        final Random random = new Random(seed);
        for (int i = 0; i < OPERATIONS; i++) {
            final int choice = random.nextInt(10);
            final long key = random.nextInt(KEYS);
            final int length = 8 << random.nextInt(7);
            final long ttlNs = choice == 0 ? 1 + random.nextInt(1_000_000) : OffHeapCache.NO_TTL;
            clock.advance(random.nextInt(200));
            buffer.putLong(0, i);
            for (final OffHeapCache cache : caches) {
                if (choice < 2) {
                    cache.put(key, buffer, 0, length, ttlNs);
                } else if (choice < 5) {
                    cache.put(key, buffer, 0, length);
                } else if (choice < 9) {
                    cache.get(key, destination, 0);
                } else {
                    cache.remove(key);
                }
            }
        }
    }

    private void assertGoesOnAlike(long seed) {
        final OffHeapCache original = open();
        operate(seed, List.of(original));
        final OffHeapCache settled = open();
        operate(seed + 1, List.of(settled));
        StateTransfer.of(settled).reset();
        assertThat(settled.size()).isZero();
        final OffHeapCache fresh = open();
        copy(original, settled);
        copy(original, fresh);
        assertThat(state(settled)).as("seed %d", seed).isEqualTo(state(fresh)).isNotEmpty();
        operate(seed + 2, List.of(settled, fresh));
        assertThat(state(settled)).as("seed %d", seed).isEqualTo(state(fresh));
        assertThat(settled.statistics().evictions()).isPositive();
    }

    @Test
    void copiesGoOnAlike() {
        for (long seed = 1; seed <= 3; seed++) {
            assertGoesOnAlike(seed);
        }
    }

    @Test
    void copiesWithSlidingDeadlinesGoOnAlike() {
        sliding = true;
        assertGoesOnAlike(11);
    }

    @Test
    void copiesWithAnAdmissionFilterGoOnAlike() {
        filtered = true;
        assertGoesOnAlike(21);
    }

    @Test
    void visitsEntriesOfAllSizesInTheOrderOfUse() {
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 20)
                        .segments(1)
                        .slabBytes(1 << 12)
                        .promotionDistance(0)
                        .removalHandler((cause, key, value) -> {})
                        .build();
        opened.add(cache);
        final Random random = new Random(TestSupport.seed());
        final Set<Long> byUse = new LinkedHashSet<>();
        for (int i = 0; i < 3_000; i++) {
            final long key = random.nextInt(300);
            if (random.nextInt(3) > 0) {
                buffer.putLong(0, key);
                cache.put(key, buffer, 0, 8 << random.nextInt(7));
            } else if (cache.get(key, destination, 0) < 0) {
                continue;
            }
            byUse.remove(key);
            byUse.add(key);
        }
        final List<Long> visited = new ArrayList<>();
        final List<DirectBuffer> kept = new ArrayList<>();
        assertThat(
                        StateTransfer.of(cache)
                                .forEach(
                                        (key, value, deadlineNs, slides) -> {
                                            visited.add(value.getLong(0));
                                            kept.add(value);
                                        }))
                .isEqualTo(byUse.size());
        assertThat(kept.get(0).capacity()).as("taken off").isZero();
        assertThat(visited).isEqualTo(new ArrayList<>(byUse));
        assertThat(cache.statistics().evictions()).isZero();
    }

    @Test
    void aVisitorThatThrowsEndsTheCallAndMayNotCallTheCache() {
        final OffHeapCache cache = open();
        cache.put(1, buffer, 0, 8);
        cache.put(2, buffer, 0, 8);
        final List<DirectBuffer> kept = new ArrayList<>();
        assertThatThrownBy(
                        () ->
                                StateTransfer.of(cache)
                                        .forEach(
                                                (key, value, deadlineNs, slides) -> {
                                                    kept.add(key);
                                                    cache.contains(1);
                                                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("re-entry");
        assertThat(kept).hasSize(1);
        assertThat(kept.get(0).capacity()).as("taken off").isZero();
        assertThat(cache.contains(1)).as("not in a callback any more").isTrue();
        assertThat(state(cache)).hasSize(2);
    }

    @Test
    void keepsDeadlinesAndTheOrderOfUse() {
        final OffHeapCache from = open();
        clock.set(50);
        for (long key = 1; key <= 5; key++) {
            from.put(key, buffer, 0, 8, key * 100);
        }
        from.put(6, buffer, 0, 8);
        from.get(3, destination, 0);
        clock.set(50 + 100);
        final OffHeapCache to = open();
        copy(from, to);
        assertThat(to.contains(1)).as("expired").isFalse();
        assertThat(to.size()).isEqualTo(5);
        assertThat(to.remainingTtlNs(2)).isEqualTo(100);
        assertThat(to.remainingTtlNs(6)).isEqualTo(OffHeapCache.NO_TTL);
        assertThat(state(to)).isEqualTo(state(from));
    }

    @Test
    void aPeekIsNoUse() {
        final OffHeapCache cache = open();
        for (long key = 0; key < 100; key++) {
            buffer.putLong(0, key);
            cache.put(key, buffer, 0, 16);
        }
        final List<String> before = state(cache);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        for (long k = 0; k < 100; k++) {
            key.putLong(0, k);
            assertThat(cache.peek(k, destination, 3)).isEqualTo(16);
            assertThat(cache.peek(key, 0, 8, destination, 5)).isEqualTo(16);
            assertThat(destination.getLong(5)).isEqualTo(k);
        }
        assertThat(cache.peek(100, destination, 0)).isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(cache.peek(1, destination, 4090)).isEqualTo(OffHeapCache.INSUFFICIENT_CAPACITY);
        assertThat(state(cache)).isEqualTo(before);
        assertThat(cache.statistics().hits()).isZero();
        cache.get(1, destination, 0);
        assertThat(state(cache)).as("a get is a use").isNotEqualTo(before);
    }

    @Test
    void aPeekDoesNotRenewADeadline() {
        sliding = true;
        final OffHeapCache cache = open();
        cache.put(1, buffer, 0, 8);
        clock.advance(IDLE_NS - 1);
        assertThat(cache.peek(1, destination, 0)).isEqualTo(8);
        clock.advance(1);
        assertThat(cache.peek(1, destination, 0)).isEqualTo(OffHeapCache.NOT_FOUND);
    }

    @Test
    void peeksLargeValuesAndOverItsKey() {
        final OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(1 << 22).segments(1).slabBytes(1 << 16).build();
        opened.add(cache);
        final UnsafeBuffer large = new UnsafeBuffer(new byte[20_000]);
        large.setMemory(0, 20_000, (byte) 5);
        cache.put(1, large, 0, 20_000);
        final UnsafeBuffer read = new UnsafeBuffer(new byte[20_000]);
        read.putLong(0, 1);
        assertThat(cache.peek(read, 0, 8, read, 0)).isEqualTo(20_000);
        assertThat(read).isEqualTo(large);
    }

    @Test
    void aResetIsReportedByNoHandlerAndLosesNoStatistics() {
        final List<String> removed = new ArrayList<>();
        final OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .removalHandler((cause, key, value) -> removed.add(cause.name()))
                        .build();
        opened.add(cache);
        cache.put(1, buffer, 0, 8);
        StateTransfer.of(cache).reset();
        assertThat(removed).isEmpty();
        assertThat(cache.size()).isZero();
        assertThat(cache.statistics().insertions()).isOne();
        assertThat(cache.statistics().segmentResets()).isZero();
        cache.put(1, buffer, 0, 8);
        assertThat(state(cache)).hasSize(1);
        assertThat(
                        state(cache).stream()
                                .filter(e -> e.endsWith(StateVisitor.NO_DEADLINE + ":false"))
                                .collect(Collectors.toList()))
                .hasSize(1);
    }
}
