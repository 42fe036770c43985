package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Closing under way of everything else: each operation completes or throws, and nothing crashes.
 */
class CloseTest {
    private static final int LIFETIMES = 3_000;
    private static final int THREADS = 3;

    @Test
    void everyOperationMayRaceWithClose() throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int i = 0; i < LIFETIMES; i++) {
                final OffHeapCache cache =
                        OffHeapCache.builder().memoryBytes(64 << 10).segments(2).build();
                final AtomicBoolean started = new AtomicBoolean();
                final List<Future<Integer>> refusals = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    final int number = thread;
                    refusals.add(threads.submit(() -> operateUntilRefused(cache, number, started)));
                }
                while (!started.get()) {
                    Thread.onSpinWait();
                }
                cache.close();
                for (final Future<Integer> refusal : refusals) {
                    assertThat(refusal.get(1, TimeUnit.MINUTES)).isNotNegative();
                }
                assertThat(cache.isClosed()).isTrue();
                assertThat(cache.statistics().insertions()).isNotNegative();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int operateUntilRefused(OffHeapCache cache, int thread, AtomicBoolean started) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[256]);
        int completed = 0;
        try {
            while (true) {
                final long key = completed % 100;
                switch ((completed + thread) % 8) {
                    case 0 -> cache.put(key, value, 0, 100);
                    case 1 -> cache.get(key, value, 0);
                    case 2 -> cache.update(key, view -> view.putByte(0, (byte) 1));
                    case 3 -> cache.put(key, value, 0, 64, 1000);
                    case 4 -> cache.doWork();
                    case 5 -> cache.scan(0, 10, (keyView, valueView) -> {});
                    case 6 -> cache.remove(key);
                    default -> cache.size();
                }
                completed++;
                started.set(true);
            }
        } catch (final IllegalStateException closed) {
            assertThat(closed).hasMessageContaining("closed");
        }
        return completed;
    }

    @Test
    void countsOutliveTheCache() {
        final OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 10).build();
        cache.put(1L, new UnsafeBuffer(new byte[8]), 0, 8);
        cache.close();
        cache.close();
        assertThat(cache.statistics().insertions()).isEqualTo(1);
    }
}
