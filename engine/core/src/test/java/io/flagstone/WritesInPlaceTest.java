// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestSupport;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Which writes do not wait for the segment's lock: a reader callback of another key holds it
 * meanwhile.
 */
class WritesInPlaceTest {
    private static final int LENGTH = 64;
    private static final long TTL = 1_000_000;
    private static final long KEY = 1;
    private static final int KEYS = 2_000;

    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8_192]);
    private long nowNs = 1;

    private OffHeapCache open(Consumer<CacheBuilder> configuration) {
        final CacheBuilder builder =
                OffHeapCache.builder().memoryBytes(1 << 20).segments(1).clock(() -> nowNs);
        configuration.accept(builder);
        final OffHeapCache cache = builder.build();
        for (long key = 0; key < KEYS; key++) {
            cache.put(key, value, 0, LENGTH);
        }
        // Not an insertion: after one, a put takes the lock.
        cache.put(0, value, 0, LENGTH - 1);
        // The oldest key has fallen behind. Now it is promoted.
        cache.get(KEY, new UnsafeBuffer(new byte[LENGTH]), 0);
        nowNs++;
        cache.doWork();
        return cache;
    }

    /**
     * Returns whether a write needs no lock. It is made while other keys are shown to readers, of
     * which nearly all have another stripe.
     */
    private boolean isAlone(OffHeapCache cache, Predicate<OffHeapCache> write) throws Exception {
        boolean alone = false;
        for (long other = 100; other < 105 && !alone; other++) {
            alone = isAloneBeside(cache, other, write);
        }
        TestSupport.assertClean(cache);
        return alone;
    }

    private static boolean isAloneBeside(
            OffHeapCache cache, long other, Predicate<OffHeapCache> write) throws Exception {
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        final Thread reader =
                new Thread(
                        () ->
                                cache.read(
                                        other,
                                        view -> {
                                            inside.countDown();
                                            TestSupport.await(leave);
                                        }));
        reader.start();
        inside.await();
        final FutureTask<Boolean> task = new FutureTask<>(() -> write.test(cache));
        Interleaving.runOrWait(task);
        final boolean alone = task.isDone();
        leave.countDown();
        reader.join();
        assertThat(task.get()).as("the result of the write").isTrue();
        return alone;
    }

    private boolean isAlone(Consumer<CacheBuilder> configuration, Predicate<OffHeapCache> write)
            throws Exception {
        try (OffHeapCache cache = open(configuration)) {
            return isAlone(cache, write);
        }
    }

    /**
     * Returns whether a write needs the lock. Makes it once, because it may change what is needed.
     */
    private boolean waits(OffHeapCache cache, Predicate<OffHeapCache> write) throws Exception {
        final boolean alone = isAloneBeside(cache, 100, write);
        TestSupport.assertClean(cache);
        return !alone;
    }

    private boolean waits(Consumer<CacheBuilder> configuration, Predicate<OffHeapCache> write)
            throws Exception {
        try (OffHeapCache cache = open(configuration)) {
            return waits(cache, write);
        }
    }

    private boolean put(OffHeapCache cache, int length) {
        return !cache.put(KEY, value, 0, length);
    }

    private boolean put(OffHeapCache cache, long ttlNs) {
        return !cache.put(KEY, value, 0, LENGTH, ttlNs);
    }

    @Test
    void writesOfTheSameLengthAre() throws Exception {
        assertThat(isAlone(b -> {}, c -> put(c, LENGTH))).isTrue();
        assertThat(isAlone(b -> {}, c -> c.replace(KEY, value, 0, LENGTH))).isTrue();
        assertThat(isAlone(b -> {}, c -> c.putLong(KEY, 8, 5))).isTrue();
        assertThat(isAlone(b -> {}, c -> c.addAndGetLong(KEY, 16, 5, -1) % 5 == 0)).isTrue();
        assertThat(isAlone(b -> {}, c -> c.compareAndSetLong(KEY, 24, 0, 0))).isTrue();
        assertThat(isAlone(b -> {}, c -> !c.compareAndSetLong(KEY, 24, 1, 0))).isTrue();
        final UnsafeBuffer same = new UnsafeBuffer(new byte[LENGTH]);
        assertThat(isAlone(b -> {}, c -> c.compareAndSet(KEY, same, value, 0, LENGTH))).isTrue();
    }

    @Test
    void othersAreNot() throws Exception {
        assertThat(waits(b -> {}, c -> put(c, LENGTH + 1))).isTrue();
        assertThat(waits(b -> b.promotionDistance(0), c -> put(c, LENGTH))).isTrue();
        assertThat(waits(b -> b.removalHandler((x, k, v) -> {}), c -> put(c, LENGTH))).isTrue();
        assertThat(waits(b -> {}, c -> put(c, TTL))).as("a deadline appears").isTrue();
        assertThat(waits(b -> {}, c -> c.update(KEY, view -> {}))).isTrue();
        assertThat(waits(b -> {}, c -> c.remove(KEY) || true)).isTrue();
        final Predicate<OffHeapCache> absent = c -> c.put(-1, value, 0, LENGTH) || true;
        assertThat(waits(b -> {}, absent)).isTrue();
        try (OffHeapCache cache = open(b -> {})) {
            cache.put(KEY, value, 0, 5_000);
            assertThat(waits(cache, c -> put(c, 5_000))).as("a long value").isTrue();
        }
    }

    @Test
    void aLeaseOnAnyKeyPreventsThem() throws Exception {
        try (OffHeapCache cache = open(b -> {})) {
            final long lease = cache.lease(KEY + 1);
            assertThat(waits(cache, c -> put(c, LENGTH))).isTrue();
            cache.endLease(KEY + 1, lease);
            assertThat(isAlone(cache, c -> put(c, LENGTH))).isTrue();
        }
    }

    @Test
    void aDeadlineMayBecomeLaterButNotEarlier() throws Exception {
        try (OffHeapCache cache = open(b -> {})) {
            put(cache, TTL);
            cache.doWork();
            assertThat(isAlone(cache, c -> put(c, TTL + 1))).isTrue();
            assertThat(cache.remainingTtlNs(KEY)).isEqualTo(TTL + 1);
            nowNs += 10;
            assertThat(isAlone(cache, c -> c.putLong(KEY, 0, 3))).isTrue();
            assertThat(cache.remainingTtlNs(KEY)).isEqualTo(TTL - 9);
            assertThat(waits(cache, c -> put(c, TTL - 10))).isTrue();
            assertThat(cache.remainingTtlNs(KEY)).isEqualTo(TTL - 10);
            assertThat(waits(cache, c -> put(c, LENGTH))).as("it disappears").isTrue();
        }
    }

    @Test
    void aSlidingDeadlineIsRenewed() throws Exception {
        try (OffHeapCache cache = open(b -> b.expireAfterAccessNs(TTL))) {
            nowNs += TTL / 2;
            assertThat(isAlone(cache, c -> put(c, LENGTH))).isTrue();
            assertThat(cache.remainingTtlNs(KEY)).isEqualTo(TTL);
            nowNs += TTL / 4;
            assertThat(isAlone(cache, c -> c.putLong(KEY, 0, 3))).isTrue();
            assertThat(cache.remainingTtlNs(KEY)).isEqualTo(TTL);
        }
    }

    @Test
    void theyAreCounted() {
        try (OffHeapCache cache = open(b -> {})) {
            for (int i = 0; i < 1_000; i++) {
                cache.put(i % 100, value, 0, LENGTH);
            }
            cache.compareAndSetLong(KEY, 0, 1, 2);
            cache.put(KEY, value, 0, LENGTH + 8);
            assertThat(cache.statistics().replacements()).isEqualTo(1_002);
            assertThat(cache.statistics().insertions()).isEqualTo(KEYS);
        }
    }

    /** An Error at any access ends the image, at the latest with the next operation. */
    @Test
    void anImageThatEndsByAnErrorPreventsThemNoLonger() throws Exception {
        for (final boolean lasting : new boolean[] {false, true}) {
            anImageEndsByAnError(lasting, taker -> taker.end());
            anImageEndsByAnError(lasting, taker -> taker.step(3));
        }
    }

    private void anImageEndsByAnError(boolean lasting, Consumer<ImageTaker> last) throws Exception {
        boolean thrown = true;
        for (int access = 1; thrown; access++) {
            try (OffHeapCache cache = open(b -> {})) {
                final ImageTaker taker = new ImageTaker(cache);
                taker.begin();
                assertThat(taker.step(3)).isTrue();
                thrown = false;
                AccessFaults.arm(access, lasting, new StackOverflowError("injected"));
                try {
                    last.accept(taker);
                } catch (final StackOverflowError expected) {
                    thrown = true;
                } finally {
                    AccessFaults.disarm();
                }
                assertThat(cache.contains(KEY)).isTrue();
                if (thrown) {
                    // A write under the lock, after which the others are in place again.
                    cache.put(KEY, value, 0, LENGTH);
                    assertThat(isAlone(cache, c -> put(c, LENGTH)))
                            .as("access %d", access)
                            .isTrue();
                }
                taker.begin();
                assertThat(waits(cache, c -> put(c, LENGTH))).isTrue();
                taker.finish();
                assertThat(taker.entries).hasSize(KEYS);
                assertThat(isAlone(cache, c -> put(c, LENGTH))).isTrue();
            }
        }
    }
}
