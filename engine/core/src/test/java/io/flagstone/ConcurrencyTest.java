// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Many threads at once: no value is torn or another key's, no update is lost, all state is sound.
 */
class ConcurrencyTest {
    private static final int THREADS = 4;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    private interface Work {
        void run(int thread) throws Exception;
    }

    private void together(Work work) throws Exception {
        final CountDownLatch start = new CountDownLatch(1);
        final List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            final int thread = i;
            final Callable<Void> task =
                    () -> {
                        start.await();
                        work.run(thread);
                        return null;
                    };
            results.add(threads.submit(task));
        }
        start.countDown();
        for (final Future<?> result : results) {
            result.get();
        }
    }

    /** Writes a value: its key, a number, and in each further word their product and its index. */
    private static void makeValue(UnsafeBuffer value, long key, long number, int words) {
        value.putLong(0, key);
        value.putLong(8, number);
        for (int i = 2; i < words; i++) {
            value.putLong(i * 8, key * number + i);
        }
    }

    private static void checkValue(DirectBuffer value, long key, int length) {
        final long number = value.getLong(8);
        assertThat(value.getLong(0)).isEqualTo(key);
        for (int i = 2; i < length / 8; i++) {
            assertThat(value.getLong(i * 8)).isEqualTo(key * number + i);
        }
    }

    @Test
    void valuesAreWholeAndBelongToTheirKeys() throws Exception {
        final long seed = TestSupport.seed();
        final TestClock clock = new TestClock();
        final AtomicLong removals = new AtomicLong();
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(512 << 10)
                        .segments(2)
                        .slabBytes(1 << 12)
                        .clock(clock)
                        .removalHandler(
                                (cause, key, value) -> {
                                    checkValue(value, key.getLong(0), value.capacity());
                                    removals.incrementAndGet();
                                })
                        .errorHandler(
                                thrown -> {
                                    throw new AssertionError(thrown);
                                })
                        .build()) {
            together(thread -> mixedOperations(cache, clock, thread, seed + thread));
            assertThat(removals).hasPositiveValue();
            assertThat(cache.statistics().hits()).isPositive();
            TestSupport.assertClean(cache);
        }
    }

    private static void mixedOperations(
            OffHeapCache cache, TestClock clock, int thread, long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[2048]);
        for (int i = 0; i < 200_000; i++) {
            final long key = random.nextInt(4000);
            final int words = 2 + random.nextInt(random.nextInt(100) + 1);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    makeValue(value, key, i, words);
                    cache.put(key, value, 0, words * 8);
                }
                case 3 -> {
                    makeValue(value, key, i, words);
                    cache.put(key, value, 0, words * 8, 1 + random.nextInt(50_000_000));
                }
                case 4 -> cache.remove(key);
                case 5 -> cache.read(key, view -> checkValue(view, key, view.capacity()));
                case 6 -> {
                    if (thread == 0) {
                        clock.advance(random.nextInt(10_000_000));
                    }
                    cache.doWork();
                }
                default -> {
                    final int length = cache.get(key, value, 0);
                    if (length != OffHeapCache.NOT_FOUND) {
                        checkValue(value, key, length);
                    }
                }
            }
        }
    }

    @Test
    void additionsAndUpdatesAreAtomic() throws Exception {
        final int additions = 100_000;
        final UnsafeBuffer zero = new UnsafeBuffer(new byte[16]);
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 10).build()) {
            cache.put(1L, zero, 0, 16);
            together(
                    thread -> {
                        for (int i = 0; i < additions; i++) {
                            cache.addAndGetLong(1L, 0, 1, -1);
                            cache.update(1L, value -> value.putLong(8, value.getLong(8) + 1));
                        }
                    });
            cache.get(1L, zero, 0);
            assertThat(zero.getLong(0)).isEqualTo((long) THREADS * additions);
            assertThat(zero.getLong(8)).isEqualTo((long) THREADS * additions);
            TestSupport.assertClean(cache);
        }
    }

    @Test
    void oneThreadWinsEachPutIfAbsentAndCompareAndSet() throws Exception {
        final int rounds = 20_000;
        final AtomicLong stored = new AtomicLong();
        final AtomicLong swapped = new AtomicLong();
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(16 << 20).maxEntries(4 * rounds).build()) {
            together(
                    thread -> {
                        final UnsafeBuffer mine = new UnsafeBuffer(new byte[8]);
                        final UnsafeBuffer next = new UnsafeBuffer(new byte[8]);
                        for (long key = 0; key < rounds; key++) {
                            mine.putLong(0, 7);
                            if (cache.putIfAbsent(key, mine, 0, 8)) {
                                stored.incrementAndGet();
                            }
                            next.putLong(0, 100 + thread);
                            if (cache.compareAndSet(key, mine, next, 0, 8)) {
                                swapped.incrementAndGet();
                            }
                        }
                    });
            assertThat(stored).hasValue(rounds);
            assertThat(swapped).hasValue(rounds);
            TestSupport.assertClean(cache);
        }
    }
}
