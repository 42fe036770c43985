// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The guard refuses the thread inside a callback, and no other thread or cache. */
class ReentryGuardTest {
    /** Threads whose ids differ by a multiple of this share a stripe of the guard. */
    private static final int STRIPES = 64;

    private final OffHeapCache cache = create();
    private final OffHeapCache other = create();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);

    private static OffHeapCache create() {
        return OffHeapCache.builder().memoryBytes(1 << 18).segments(2).slabBytes(1 << 12).build();
    }

    @AfterEach
    void close() {
        TestSupport.assertClean(cache);
        TestSupport.assertClean(other);
        cache.close();
        other.close();
    }

    private long keyOf(int segment) {
        return LongStream.iterate(0, key -> key + 1)
                .filter(key -> cache.segmentIndex(key) == segment)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aThreadOfTheSameStripeMayUseAnotherSegmentMeanwhile() {
        final long here = keyOf(0);
        final long there = keyOf(1);
        cache.put(here, value, 0, 8);
        final List<Boolean> results = new ArrayList<>();
        cache.read(here, view -> results.add(putFromThreadOfThisStripe(there)));
        assertThat(results).containsExactly(true);
        assertThat(cache.contains(there)).isTrue();
    }

    private boolean putFromThreadOfThisStripe(long key) {
        final FutureTask<Boolean> task = new FutureTask<>(() -> cache.put(key, value, 0, 8));
        threadOfThisStripe(task).start();
        try {
            return task.get();
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Thread threadOfThisStripe(Runnable task) {
        final long self = Thread.currentThread().getId();
        Thread thread = new Thread(task);
        while ((thread.getId() - self) % STRIPES != 0) {
            thread = new Thread(task);
        }
        return thread;
    }

    @Test
    void aCallbackMayUseAnotherCacheButNotReturnThroughIt() {
        cache.put(1, value, 0, 8);
        other.put(2, value, 0, 8);
        final List<Throwable> refused = new ArrayList<>();
        final boolean found =
                cache.read(
                        1,
                        view -> {
                            other.put(3, view, 0, 8);
                            other.read(
                                    2,
                                    inner -> {
                                        try {
                                            cache.contains(1);
                                        } catch (final IllegalStateException e) {
                                            refused.add(e);
                                        }
                                    });
                        });
        assertThat(found).isTrue();
        assertThat(other.contains(3)).isTrue();
        assertThat(refused).singleElement().asString().contains("re-entry");
    }

    @Test
    void aThreadMayUseTheCacheAfterItsCallbackThrew() {
        cache.put(1, value, 0, 8);
        assertThatThrownBy(
                        () ->
                                cache.read(
                                        1,
                                        view -> {
                                            throw new UnsupportedOperationException();
                                        }))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(cache.contains(1)).isTrue();
        assertThat(cache.remove(1)).isTrue();
    }

    @Test
    void aStripeWithMoreThreadsThanSlotsRefusesExactlyThem() throws Exception {
        final int threads = 9;
        final OffHeapCache wide =
                OffHeapCache.builder().memoryBytes(1 << 20).segments(16).slabBytes(1 << 12).build();
        final CountDownLatch inside = new CountDownLatch(threads);
        final CountDownLatch release = new CountDownLatch(1);
        final List<FutureTask<Boolean>> refused = new ArrayList<>();
        for (int segment = 0; segment < threads; segment++) {
            final int number = segment;
            final long key =
                    LongStream.iterate(0, k -> k + 1)
                            .filter(k -> wide.segmentIndex(k) == number)
                            .findFirst()
                            .orElseThrow();
            wide.put(key, value, 0, 8);
            final FutureTask<Boolean> task =
                    new FutureTask<>(
                            () -> {
                                final boolean[] result = {false};
                                wide.read(
                                        key,
                                        view -> {
                                            inside.countDown();
                                            TestSupport.await(release);
                                            try {
                                                wide.contains(1);
                                            } catch (final IllegalStateException e) {
                                                result[0] = true;
                                            }
                                        });
                                return result[0] && wide.contains(key);
                            });
            refused.add(task);
            threadOfThisStripe(task).start();
        }
        TestSupport.await(inside);
        final long free =
                LongStream.iterate(0, k -> k + 1)
                        .filter(k -> wide.segmentIndex(k) == 15)
                        .findFirst()
                        .orElseThrow();
        assertThat(wide.put(free, value, 0, 8)).as("a put outside callbacks").isTrue();
        release.countDown();
        for (final FutureTask<Boolean> task : refused) {
            assertThat(task.get()).isTrue();
        }
        TestSupport.assertClean(wide);
        wide.close();
    }

    @Test
    void anIdThatAStackOverflowLeftBehindIsRemoved() {
        final ReentryGuard guard = new ReentryGuard(1);
        final SegmentLock lock = new SegmentLock(SegmentEvents.ofNewCache());
        guard.register(lock);
        final long self = Thread.currentThread().getId();
        lock.lock(self);
        guard.enter(self);
        assertThatThrownBy(() -> guard.check(self)).hasMessageContaining("re-entry");
        lock.unlock();
        guard.check(self);
        lock.lock(self);
        guard.check(self);
        lock.unlock();
    }
}
