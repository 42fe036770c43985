// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.RemovalCause;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeApplier;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A follower holds what random changes told it, before its promotion and after. */
class FollowerModelTest {
    private static final int KEYS = 300;
    private static final int STEPS = 20_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The kinds of cache. */
    enum Kind {
        LAX(builder -> builder),
        EXACT(builder -> builder.promotionDistance(0)),
        SLIDING(builder -> builder.expireAfterAccessNs(10 * SECOND)),
        FILTERED(builder -> builder.admissionFilter(true).maxEntries(10_000)),
        HANDLED(builder -> builder.removalHandler((cause, key, value) -> {}));

        final UnaryOperator<CacheBuilder> options;

        Kind(UnaryOperator<CacheBuilder> options) {
            this.options = options;
        }
    }

    private record Item(int length, byte filling, long deadlineNs) {}

    private final TestClock clock = new TestClock(77);
    private final TestClock wallClock = new TestClock(1_700_000_000L * SECOND);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[8192]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[8192]);
    private final Map<Integer, Item> model = new HashMap<>();
    private OffHeapCache cache;
    private ChangeApplier applier;

    private int keyLength(int key) {
        return key % 5 == 0 ? Long.BYTES : 5 + key % 40;
    }

    private void writeKey(int key) {
        buffer.setMemory(0, keyLength(key), (byte) key);
        buffer.putInt(0, key);
    }

    private long wallNs() {
        return wallClock.nanoTime();
    }

    private void advance(long ns) {
        clock.advance(ns);
        wallClock.advance(ns);
    }

    private long randomDeadline(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Change.NO_DEADLINE;
            case 1 -> wallNs() - random.nextLong(2_000 * SECOND);
            default -> wallNs() + random.nextLong(20 * SECOND);
        };
    }

    private void step(SplittableRandom random) {
        final int key = random.nextInt(KEYS);
        final int keyLength = keyLength(key);
        writeKey(key);
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> {
                final boolean had = model.remove(key) != null;
                final RemovalCause[] causes = RemovalCause.values();
                final RemovalCause cause = causes[random.nextInt(causes.length)];
                assertThat(applier.remove(buffer, 0, keyLength, cause)).isEqualTo(had);
            }
            case 3, 4, 5 -> {
                final long deadline = randomDeadline(random);
                final Item old = model.get(key);
                final boolean sliding = random.nextBoolean();
                assertThat(applier.deadline(buffer, 0, keyLength, deadline, sliding))
                        .isEqualTo(old != null);
                if (old != null) {
                    model.put(key, new Item(old.length, old.filling, deadline));
                }
            }
            case 6 -> advance(random.nextLong(SECOND));
            case 7, 8 -> {
                check(key);
                cache.doWork();
            }
            case 9 -> {
                if (random.nextInt(300) == 0) {
                    applier.clear();
                    model.clear();
                }
            }
            default -> {
                final int length = random.nextInt(1 << random.nextInt(12));
                final Item item = new Item(length, (byte) random.nextInt(), randomDeadline(random));
                buffer.setMemory(1000, length, item.filling);
                applier.put(
                        buffer, 0, keyLength, 1000, length, item.deadlineNs, random.nextBoolean());
                model.put(key, item);
            }
        }
    }

    private void check(int key) {
        final Item item = model.get(key);
        writeKey(key);
        final int length = cache.get(buffer, 0, keyLength(key), read, 0);
        if (item == null || item.deadlineNs <= wallNs()) {
            assertThat(length).as("key %d", key).isEqualTo(OffHeapCache.NOT_FOUND);
            return;
        }
        assertThat(length).as("key %d", key).isEqualTo(item.length);
        for (int i = 0; i < length; i++) {
            assertThat(read.getByte(i)).isEqualTo(item.filling);
        }
        assertThat(cache.remainingTtlNs(buffer, 0, keyLength(key)))
                .isEqualTo(
                        item.deadlineNs == Change.NO_DEADLINE
                                ? OffHeapCache.NO_TTL
                                : item.deadlineNs - wallNs());
    }

    private void checkAll() {
        for (int key = 0; key < KEYS; key++) {
            check(key);
        }
        TestSupport.assertClean(cache);
    }

    @ParameterizedTest
    @EnumSource
    void itHoldsWhatItWasTold(Kind kind) {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        cache =
                kind.options
                        .apply(
                                OffHeapCache.builder()
                                        .memoryBytes(8 << 20)
                                        .segments(2)
                                        .hashSeed(1)
                                        .clock(clock)
                                        .epochClock(wallClock::nanoTime)
                                        .follower(true))
                        .build();
        try (OffHeapCache opened = cache) {
            applier = opened.changeApplier();
            for (int i = 0; i < STEPS; i++) {
                step(random);
                if (i % 2_000 == 0) {
                    assertThat(cache.size()).as("nothing was reclaimed").isEqualTo(model.size());
                    checkAll();
                }
            }
            checkAll();
            assertThat(applier.ownEvictions()).isZero();
            assertThat(cache.size()).isEqualTo(model.size());
            applier.promote();
            for (int i = 0; i < 5; i++) {
                checkReclaimed();
                advance(5 * SECOND);
            }
        }
    }

    /** Checks that a promoted cache reclaims all that has expired, and that its reads are right. */
    private void checkReclaimed() {
        // Hits would renew deadlines, so only misses and deadlines are checked.
        while (cache.doWork() > 0) {
            TestSupport.assertClean(cache);
        }
        model.values().removeIf(item -> item.deadlineNs <= wallNs());
        // Expiry is at the end of a tick.
        assertThat(cache.size()).isBetween((long) model.size(), model.size() + 3L);
        for (int key = 0; key < KEYS; key++) {
            writeKey(key);
            assertThat(cache.contains(buffer, 0, keyLength(key)))
                    .as("key %d", key)
                    .isEqualTo(model.containsKey(key));
        }
        TestSupport.assertClean(cache);
    }
}
