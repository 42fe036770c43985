// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flagstone.testing.TestSupport;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads of any kind exclude one another, are counted, wait without harm, and promote their hits.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadKindsTest {
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
    private OffHeapCache cache;

    private void open(CacheBuilder builder) {
        cache = builder.memoryBytes(1 << 20).segments(1).build();
    }

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    @Test
    void threadsThatOverrideTheirIdExcludeOneAnother() throws Exception {
        open(OffHeapCache.builder());
        cache.put(1, value, 0, 8);
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    new Thread(this::addMany) {
                        @Override
                        public long getId() {
                            return 0;
                        }
                    });
        }
        threads.forEach(Thread::start);
        for (final Thread thread : threads) {
            thread.join();
        }
        assertThat(cache.getLong(1, 0, -1)).isEqualTo(4 * 20_000);
        assertThat(cache.statistics().hits()).isEqualTo(4 * 20_000 + 1);
    }

    private void addMany() {
        for (int i = 0; i < 20_000; i++) {
            cache.addAndGetLong(1, 0, 1, -1);
            cache.contains(1);
            cache.getLong(1, 0, -1);
        }
    }

    /** Starts a virtual thread by reflection, since Java 17 has none. */
    private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
        assumeTrue(Runtime.version().feature() >= 21, "this JDK has virtual threads");
        final Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        return (Thread) start.invoke(null, task);
    }

    @Test
    void readsOfVirtualThreadsAreCountedExactly() throws Exception {
        open(OffHeapCache.builder());
        cache.put(1, value, 0, 8);
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            threads.add(startVirtual(() -> cache.getLong(1, 0, -1)));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertThat(cache.statistics().hits()).isEqualTo(2_000);
    }

    /**
     * A virtual thread waits in a removal handler, without a carrier. More virtual threads than
     * there are carriers wait for the lock, interrupted or not. The first thread can still run
     * again, and so can a thread that does not use the cache.
     */
    @Test
    void waitersLeaveTheirCarriersToTheHolder() throws Exception {
        for (final boolean interrupted : new boolean[] {false, true}) {
            final BlockingQueue<Long> room = new LinkedBlockingQueue<>();
            final CountDownLatch inside = new CountDownLatch(1);
            open(
                    OffHeapCache.builder()
                            .removalHandler(
                                    (cause, key, view) -> {
                                        inside.countDown();
                                        take(room);
                                    }));
            cache.put(1, value, 0, 8);
            final Thread remover = startVirtual(() -> cache.remove(1));
            TestSupport.await(inside);
            final List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                final Thread writer = startVirtual(() -> cache.put(2, value, 0, 8));
                if (interrupted) {
                    writer.interrupt();
                }
                writers.add(writer);
            }
            final CountDownLatch stranger = new CountDownLatch(1);
            startVirtual(stranger::countDown);
            TestSupport.await(stranger);
            for (int i = 0; i <= 2 * writers.size(); i++) {
                room.add(1L);
            }
            remover.join();
            for (final Thread writer : writers) {
                writer.join();
            }
            TestSupport.assertClean(cache);
            cache.close();
        }
        open(OffHeapCache.builder());
    }

    private static void take(BlockingQueue<Long> queue) {
        try {
            queue.take();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Cache-aside: a reader has as many hits whether it or another thread puts the missing values.
     */
    @Test
    void aReaderHasAsManyHitsIfAnotherThreadPuts() throws Exception {
        final long own = hits(true);
        cache.close();
        final long handedOver = hits(false);
        assertThat(handedOver).isEqualTo(own);
        assertThat(cache.statistics().missedPromotions()).isZero();
    }

    private long hits(boolean own) throws Exception {
        open(OffHeapCache.builder().maxEntries(500).hashSeed(3));
        final Random random = new Random(TestSupport.seed());
        final ExecutorService loader = Executors.newSingleThreadExecutor();
        for (int i = 0; i < 40_000; i++) {
            final long key = (long) Math.abs(random.nextGaussian() * 700);
            if (cache.get(key, value, 0) < 0) {
                if (own) {
                    cache.put(key, value, 0, 64);
                } else {
                    loader.submit(() -> cache.put(key, value, 0, 64)).get();
                }
            }
        }
        loader.shutdown();
        return cache.statistics().hits();
    }

    /** The visitor is slow; entries that expire meanwhile are not shown. */
    @Test
    void aScanShowsNoEntryAfterItsDeadline() {
        final long[] now = {0};
        open(OffHeapCache.builder().clock(() -> now[0]));
        for (long key = 0; key < 200; key++) {
            value.putLong(0, 1_000 + key);
            cache.put(key, value, 0, 8, 1_000 + key);
        }
        final List<Long> late = new ArrayList<>();
        final int[] seen = {0};
        long cursor = 0;
        while (cursor != OffHeapCache.SCAN_DONE) {
            cursor =
                    cache.scan(
                            cursor,
                            1_000,
                            (key, view) -> {
                                seen[0]++;
                                if (now[0] >= view.getLong(0)) {
                                    late.add(key.getLong(0));
                                }
                                now[0] += 10;
                            });
        }
        assertThat(seen[0]).isBetween(1, 199);
        assertThat(late).isEmpty();
    }

    /** The clock is read under a lock. Its calls that need the lock are refused and do not hang. */
    @Test
    void aClockThatCallsTheCacheIsRefused() {
        final List<Throwable> refused = new ArrayList<>();
        final boolean[] on = {false};
        open(
                OffHeapCache.builder()
                        .promotionDistance(0)
                        .clock(
                                () -> {
                                    if (on[0]) {
                                        on[0] = false;
                                        callAll(refused);
                                    }
                                    return 1;
                                }));
        cache.put(1, value, 0, 8, 1_000);
        cache.put(2, value, 0, 8);
        on[0] = true;
        cache.put(3, value, 0, 8, 1_000);
        assertThat(refused)
                .hasSize(3)
                .allSatisfy(thrown -> assertThat(thrown).hasMessageContaining("re-entry"));
        assertThat(cache.contains(3)).isTrue();
    }

    private void callAll(List<Throwable> refused) {
        final List<Runnable> calls =
                List.of(
                        // A hit that has to move its entry to the head.
                        () -> cache.get(2, value, 0),
                        () -> cache.get(1, value, 0),
                        () -> cache.put(4, value, 0, 8),
                        () -> cache.remove(1));
        for (final Runnable call : calls) {
            try {
                call.run();
            } catch (final IllegalStateException e) {
                refused.add(e);
            }
        }
    }
}
