// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads while another thread holds the lock, and how reads renew a sliding deadline. */
class ReadWithoutLockTest {
    private static final long IDLE_NS = 16_000;
    private static final int LENGTH = 64;

    private final TestClock clock = new TestClock();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[LENGTH]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[LENGTH]);
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private OffHeapCache cache;

    private void open(UnaryOperator<CacheBuilder> options) {
        cache =
                options.apply(OffHeapCache.builder().memoryBytes(1 << 18).segments(1).clock(clock))
                        .build();
        for (long key = 0; key < 100; key++) {
            cache.put(key, value, 0, LENGTH);
        }
    }

    @AfterEach
    void auditAndClose() {
        release.countDown();
        TestSupport.assertClean(cache);
        cache.close();
    }

    private static <T> FutureTask<T> start(Callable<T> body) {
        final FutureTask<T> task = new FutureTask<>(body);
        final Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** Holds the lock until the test releases it; the version is odd only if it updates. */
    private FutureTask<Boolean> hold(boolean updating) {
        final FutureTask<Boolean> holder =
                start(
                        () ->
                                updating
                                        ? cache.update(
                                                7,
                                                view -> {
                                                    view.putLong(0, 1);
                                                    waitInside();
                                                    view.putLong(LENGTH - 8, 1);
                                                })
                                        : cache.read(7, view -> waitInside()));
        TestSupport.await(inside);
        return holder;
    }

    private void waitInside() {
        inside.countDown();
        TestSupport.await(release);
    }

    @Test
    void aReadDuringAnUpdateWaitsAndSeesAllOfIt() throws Exception {
        open(builder -> builder);
        final FutureTask<Boolean> holder = hold(true);
        final FutureTask<Integer> reader = start(() -> cache.get(7, destination, 0));
        final FutureTask<Long> number = start(() -> cache.getLong(7, LENGTH - 8, -1));
        final FutureTask<Boolean> bystander = start(() -> cache.contains(8));
        release.countDown();
        assertThat(holder.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(reader.get(1, TimeUnit.MINUTES)).isEqualTo(LENGTH);
        assertThat(destination.getLong(0)).isEqualTo(1);
        assertThat(destination.getLong(LENGTH - 8)).isEqualTo(1);
        assertThat(number.get(1, TimeUnit.MINUTES)).isEqualTo(1);
        assertThat(bystander.get(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aRelaxedPromotionDoesNotWait() throws Exception {
        open(builder -> builder.promotionDistance(0.125));
        final FutureTask<Boolean> holder = hold(false);
        assertThat(cache.get(0, destination, 0)).isEqualTo(LENGTH);
        assertThat(cache.getLong(1, 0, -1)).isZero();
        assertThat(cache.get(99, destination, 0)).as("needs no promotion").isEqualTo(LENGTH);
        release.countDown();
        assertThat(holder.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(cache.statistics().missedPromotions()).isEqualTo(2);
        assertThat(cache.statistics().promotions()).as("the holder's promotion").isEqualTo(1);
        assertThat(cache.statistics().hits()).isEqualTo(4);
        for (int left = 15; left > 0; left--) {
            cache.get(0, destination, 0);
        }
        assertThat(cache.statistics().missedPromotions())
                .as("sixteen of key 0, one of key 1")
                .isEqualTo(17);
        cache.get(0, destination, 0);
        assertThat(cache.statistics().promotions()).as("the next hit promotes").isEqualTo(2);
    }

    @Test
    void anExactPromotionWaits() throws Exception {
        open(builder -> builder.promotionDistance(0));
        final FutureTask<Boolean> holder = hold(false);
        final FutureTask<Integer> reader = start(() -> cache.get(0, destination, 0));
        assertThat(cache.contains(0)).as("contains needs no promotion").isTrue();
        assertThat(cache.get(7, destination, 0)).as("needs no promotion").isEqualTo(LENGTH);
        release.countDown();
        assertThat(holder.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(reader.get(1, TimeUnit.MINUTES)).isEqualTo(LENGTH);
        assertThat(cache.statistics().promotions()).isEqualTo(2);
        assertThat(cache.statistics().missedPromotions()).isZero();
    }

    @Test
    void aReadRenewsASlidingDeadlineAfterASixteenthOfTheIdleTime() {
        open(builder -> builder.expireAfterAccessNs(IDLE_NS));
        clock.advance(IDLE_NS / 16);
        cache.get(99, destination, 0);
        assertThat(cache.remainingTtlNs(99))
                .as("too early to renew")
                .isEqualTo(IDLE_NS - IDLE_NS / 16);
        clock.advance(1);
        cache.get(99, destination, 0);
        assertThat(cache.remainingTtlNs(99)).isEqualTo(IDLE_NS);
    }

    @Test
    void aRenewalIsSkippedUnderAHeldLockUntilItIsLate() throws Exception {
        open(builder -> builder.expireAfterAccessNs(IDLE_NS));
        clock.advance(IDLE_NS / 10);
        final FutureTask<Boolean> holder = hold(false);
        assertThat(cache.get(99, destination, 0)).isEqualTo(LENGTH);
        assertThat(cache.remainingTtlNs(99)).isEqualTo(IDLE_NS - IDLE_NS / 10);
        clock.advance(IDLE_NS / 10);
        final FutureTask<Integer> reader = start(() -> cache.get(99, destination, 0));
        release.countDown();
        assertThat(holder.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(reader.get(1, TimeUnit.MINUTES)).isEqualTo(LENGTH);
        assertThat(cache.remainingTtlNs(99)).isEqualTo(IDLE_NS);
        assertThat(cache.statistics().missedPromotions()).isEqualTo(1);
    }

    /** The bound that concurrency.md states, while no other thread holds the lock. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.125, 1})
    void anEntryOutlivesItsLastUseByFifteenSixteenthsOfTheIdleTime(double promotion) {
        open(builder -> builder.expireAfterAccessNs(IDLE_NS).promotionDistance(promotion));
        final long seed = TestSupport.seed();
        System.out.println("ReadWithoutLockTest seed " + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        final long least = promotion == 0 ? IDLE_NS : IDLE_NS - IDLE_NS / 16;
        long lastUse = clock.nanoTime();
        int expired = 0;
        for (int i = 0; i < 100_000; i++) {
            clock.advance(random.nextLong(1, random.nextInt(4) == 0 ? 2 * IDLE_NS : IDLE_NS / 8));
            final long idle = clock.nanoTime() - lastUse;
            final boolean live = cache.get(5, destination, 0) == LENGTH;
            assertThat(live || idle >= least).as("seed %d: idle %d", seed, idle).isTrue();
            assertThat(live && idle >= IDLE_NS).as("seed %d: idle %d", seed, idle).isFalse();
            if (!live) {
                expired++;
                cache.put(5, value, 0, LENGTH);
            }
            lastUse = clock.nanoTime();
        }
        assertThat(expired).isPositive();
    }

    /** An entry that one read found expired is expired for all threads, whatever their clock. */
    @Test
    void anExpiredEntryStaysExpiredWhenTheClockJumpsBack() {
        open(builder -> builder);
        cache.put(1, value, 0, LENGTH, 1_000);
        clock.set(1_000);
        assertThat(cache.get(1, destination, 0)).isEqualTo(OffHeapCache.NOT_FOUND);
        clock.set(10);
        assertThat(cache.get(1, destination, 0)).isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(cache.contains(1)).isFalse();
        cache.put(2, value, 0, LENGTH, 1_000);
        clock.set(1_500);
        assertThat(cache.remainingTtlNs(2)).as("counted from the later time").isEqualTo(500);
    }

    @Test
    void readsAreNotCountedWithoutCountReads() {
        open(builder -> builder.countReads(false));
        cache.get(1, destination, 0);
        cache.get(1_000, destination, 0);
        assertThat(cache.statistics().hits() + cache.statistics().misses()).isZero();
        assertThat(cache.statistics().puts()).isEqualTo(100);
    }
}
