// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.LogRecorder;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A key is loaded once, however many callers ask. Every waiting caller gets a failure, and nothing
 * is cached.
 */
@Timeout(60)
class LoaderTest {
    private static final int THREADS = 16;
    private static final int KEYS = 200;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final TestClock clock = new TestClock(0);
    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private Cache<Long, String> cache;

    private Cache<Long, String> open(Loader<Long, String> loader) {
        cache = builder(loader).build();
        return cache;
    }

    private TypedCacheBuilder<Long, String> builder(Loader<Long, String> loader) {
        return Cache.builder(
                        OffHeapCache.builder().memoryBytes(1 << 20).clock(clock),
                        Codecs.ofLong(),
                        Codecs.ofString())
                .loader(loader);
    }

    @AfterEach
    void close() {
        pool.shutdownNow();
        TestSupport.assertClean(cache.engine());
        cache.close();
    }

    @Test
    void manyThreadsLoadEachKeyOnce() throws Exception {
        final Map<Long, AtomicInteger> loads = new ConcurrentHashMap<>();
        open(
                key -> {
                    loads.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
                    Thread.yield();
                    return "v" + key;
                });
        final CyclicBarrier barrier = new CyclicBarrier(THREADS);
        final List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            done.add(
                    pool.submit(
                            () -> {
                                for (long key = 0; key < KEYS; key++) {
                                    barrier.await();
                                    assertThat(cache.get(key)).isEqualTo("v" + key);
                                }
                                return null;
                            }));
        }
        for (final Future<?> one : done) {
            one.get();
        }
        assertThat(loads).hasSize(KEYS);
        assertThat(loads.values()).allMatch(count -> count.get() == 1);
    }

    @Test
    void everyWaitingCallerGetsAFailureAndTheNextLoadsAgain() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicInteger loads = new AtomicInteger();
        open(
                key -> {
                    if (loads.incrementAndGet() == 1) {
                        begun.countDown();
                        go.await();
                        throw new IOException("exchange is closed");
                    }
                    return "open";
                });
        final List<Future<String>> all = new ArrayList<>();
        all.add(pool.submit(() -> cache.get(1L)));
        begun.await();
        final List<CompletableFuture<String>> waiters = new ArrayList<>();
        for (int i = 1; i < THREADS; i++) {
            waiters.add(cache.getAsync(1L));
        }
        go.countDown();
        for (final CompletableFuture<String> one : waiters) {
            assertThatThrownBy(one::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(LoadException.class)
                    .hasRootCauseMessage("exchange is closed");
        }
        assertThatThrownBy(() -> all.get(0).get()).hasRootCauseMessage("exchange is closed");
        assertThat(cache.contains(1L)).isFalse();
        assertThat(cache.get(1L)).isEqualTo("open");
        assertThat(loads).hasValue(2);
    }

    @Test
    void aNullOfTheLoaderIsNotCached() {
        final AtomicInteger loads = new AtomicInteger();
        open(
                key -> {
                    loads.incrementAndGet();
                    return null;
                });
        assertThat(cache.get(1L)).isNull();
        assertThat(cache.get(1L)).isNull();
        assertThat(loads).hasValue(2);
        assertThat(cache.getAll(List.of(1L, 2L))).isEmpty();
    }

    @Test
    void aRemovalDuringALoadOutdatesIt() {
        open(
                key -> {
                    cache.remove(key);
                    return "old";
                });
        assertThat(cache.get(1L)).isEqualTo("old");
        assertThat(cache.contains(1L)).isFalse();
    }

    @Test
    void aPutDuringALoadWins() {
        open(
                key -> {
                    cache.put(key, "new");
                    return "old";
                });
        assertThat(cache.get(1L)).isEqualTo("old");
        assertThat(cache.getIfPresent(1L)).isEqualTo("new");
    }

    @Test
    void aLoaderMayRequestOtherKeysButNotItsOwn() {
        open(key -> key == 0 ? "end" : key == 99 ? cache.get(99L) : cache.get(key - 1) + key);
        assertThat(cache.get(3L)).isEqualTo("end123");
        assertThatThrownBy(() -> cache.get(99L))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("a loader must not request the key that it loads: key=99");
        assertThat(cache.contains(99L)).isFalse();
    }

    @Test
    void computeIfAbsentThrowsWhatItsMakerThrows() {
        open(key -> "loaded");
        assertThatThrownBy(
                        () ->
                                cache.computeIfAbsent(
                                        1L,
                                        key -> {
                                            throw new IllegalStateException("no");
                                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
        assertThat(cache.contains(1L)).isFalse();
        assertThat(cache.computeIfAbsent(1L, key -> "made")).isEqualTo("made");
        assertThat(cache.get(1L)).isEqualTo("made");
    }

    @Test
    void aHitNearTheDeadlineReturnsTheOldValueAndRefreshes() {
        final AtomicInteger version = new AtomicInteger();
        cache =
                builder(key -> "v" + version.incrementAndGet())
                        .ttlNs((key, value) -> 10 * SECOND)
                        .refreshAheadNs(3 * SECOND)
                        .executor(waiting::add)
                        .build();
        assertThat(cache.get(1L)).isEqualTo("v1");
        clock.advance(6 * SECOND);
        assertThat(cache.get(1L)).isEqualTo("v1");
        assertThat(waiting).as("not near the deadline").isEmpty();
        clock.advance(2 * SECOND);
        assertThat(cache.get(1L)).isEqualTo("v1");
        assertThat(cache.get(1L)).isEqualTo("v1");
        assertThat(waiting).as("refreshed once").hasSize(1);
        waiting.remove().run();
        assertThat(cache.get(1L)).isEqualTo("v2");
        clock.advance(7 * SECOND - 1);
        assertThat(cache.get(1L)).as("lives for its own time").isEqualTo("v2");
    }

    @Test
    void aFailedRefreshKeepsTheOldValueAndAnOutdatedOneIsNotCached() {
        final AtomicInteger loads = new AtomicInteger();
        cache =
                builder(
                                key -> {
                                    if (loads.incrementAndGet() == 2) {
                                        throw new IOException("expected in this test's log");
                                    }
                                    return "v" + loads.get();
                                })
                        .ttlNs((key, value) -> 10 * SECOND)
                        .refreshAheadNs(3 * SECOND)
                        .executor(waiting::add)
                        .build();
        cache.get(1L);
        clock.advance(8 * SECOND);
        cache.get(1L);
        waiting.remove().run();
        assertThat(cache.get(1L)).isEqualTo("v1");
        assertThat(waiting).as("tried again at once").isEmpty();
        clock.advance(SECOND);
        assertThat(cache.get(1L)).isEqualTo("v1");
        assertThat(waiting).as("half of the time that was left has passed").hasSize(1);
        cache.put(1L, "mine");
        waiting.remove().run();
        assertThat(loads).as("outdated before it began").hasValue(2);
        assertThat(cache.get(1L)).isEqualTo("mine");
    }

    /** The next hit tries again. */
    @Test
    void aRefreshThatTheExecutorRefusesKeepsTheOldValue() {
        final AtomicInteger asked = new AtomicInteger();
        cache =
                builder(key -> "v")
                        .ttlNs((key, value) -> 10 * SECOND)
                        .refreshAheadNs(3 * SECOND)
                        .executor(
                                task -> {
                                    asked.incrementAndGet();
                                    throw new IllegalStateException("expected in this test's log");
                                })
                        .build();
        cache.get(1L);
        clock.advance(8 * SECOND);
        final List<String> logged;
        try (LogRecorder log = new LogRecorder("io.flagstone")) {
            assertThat(cache.get(1L)).isEqualTo("v");
            assertThat(cache.get(1L)).isEqualTo("v");
            logged = log.messages();
        }
        assertThat(asked).hasValue(2);
        assertThat(logged).hasSize(2).allMatch(line -> line.contains("refresh failed"));
    }

    @Test
    void aLoadWithoutAnInterestedCallerIsInterruptedAndNotCached() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        cache =
                builder(
                                key -> {
                                    begun.countDown();
                                    try {
                                        new CountDownLatch(1).await();
                                    } catch (final InterruptedException e) {
                                        interrupted.complete(true);
                                    }
                                    return "late";
                                })
                        .executor(pool)
                        .build();
        final CompletableFuture<String> first = cache.getAsync(1L);
        final CompletableFuture<String> second = cache.getAsync(1L);
        begun.await();
        assertThat(first.cancel(true)).isTrue();
        assertThat(interrupted).as("the other caller still waits").isNotDone();
        assertThat(second.cancel(true)).isTrue();
        assertThat(interrupted.get()).isTrue();
        assertThatThrownBy(second::join).isInstanceOf(CancellationException.class);
        assertThat(cache.contains(1L)).isFalse();
    }

    @Test
    void aRefusalOfTheExecutorFailsTheLoad() {
        cache =
                builder(key -> "v")
                        .executor(
                                task -> {
                                    throw new IllegalStateException("full");
                                })
                        .build();
        assertThatThrownBy(() -> cache.getAsync(1L).join()).hasRootCauseMessage("full");
        assertThat(cache.get(1L)).as("loaded by the caller").isEqualTo("v");
    }
}
