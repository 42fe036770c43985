// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.api.LoadStatistics;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Loads with executors, loaders and callers that misbehave. */
@Timeout(60)
class HostileLoadsTest {
    private static final long TTL = 1_000;

    private final TestClock clock = new TestClock(0);
    private final ExecutorService pool = Executors.newFixedThreadPool(8);
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private final AtomicInteger triesLeft = new AtomicInteger();
    private Cache<String, String> cache;

    private TypedCacheBuilder<String, String> builder(Loader<String, String> loader) {
        return Cache.builder(
                        OffHeapCache.builder()
                                .memoryBytes(1 << 20)
                                .slabBytes(1 << 14)
                                .clock(clock)
                                .defaultTtlNs(TTL),
                        Codecs.ofString(),
                        Codecs.ofString())
                .loader(loader);
    }

    private void open(Loader<String, String> loader, Executor executor) {
        cache = builder(loader).executor(executor).build();
    }

    @AfterEach
    void close() {
        pool.shutdownNow();
        if (cache != null && !cache.engine().isClosed()) {
            TestSupport.assertClean(cache.engine());
            cache.close();
        }
    }

    static Stream<Arguments> executors() {
        return Stream.of(
                Arguments.of("drops", (Executor) task -> {}),
                Arguments.of("runs in the caller", (Executor) Runnable::run),
                Arguments.of(
                        "runs twice",
                        (Executor)
                                task -> {
                                    task.run();
                                    task.run();
                                }),
                Arguments.of(
                        "runs and then throws",
                        (Executor)
                                task -> {
                                    task.run();
                                    throw new IllegalStateException("after the task");
                                }));
    }

    @ParameterizedTest(name = "an executor that {0}")
    @MethodSource("executors")
    void aCallerThatNeedsTheValueGetsIt(String what, Executor executor) throws Exception {
        final AtomicInteger loads = new AtomicInteger();
        open(key -> "v" + loads.incrementAndGet(), executor);
        final CompletableFuture<String> early = cache.getAsync("a");
        assertThat(cache.get("a")).isEqualTo("v1");
        assertThat(early).isCompletedWithValue("v1");
        assertThat(cache.getAsync("b").join()).isEqualTo("v2");
        assertThat(cache.getAsync("c").get()).isEqualTo("v3");
        assertThat(cache.refresh("a").join()).isEqualTo("v4");
        assertThat(cache.get("a")).isEqualTo("v4");
        assertThat(cache.getAllAsync(List.of("a", "d")).join())
                .isEqualTo(Map.of("a", "v4", "d", "v5"));
        assertThat(loads).hasValue(5);
    }

    static Stream<Throwable> refusals() {
        return Stream.of(
                new RejectedExecutionException("shut down"),
                new OutOfMemoryError("unable to create native thread"),
                new NoClassDefFoundError("a pool's class"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aRefusalOfTheExecutorFailsTheFutureAndBlocksNoCaller(Throwable refusal) {
        open(
                key -> "v",
                task -> {
                    throw TestSupport.sneak(refusal);
                });
        final Throwable expected = refusal instanceof Error ? refusal : null;
        final CompletableFuture<String> future = cache.getAsync("a");
        assertThat(future).isCompletedExceptionally();
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .satisfies(
                        thrown -> {
                            if (expected != null) {
                                assertThat(thrown.getCause()).isSameAs(expected);
                            } else {
                                assertThat(thrown.getCause()).isInstanceOf(LoadException.class);
                            }
                        });
        assertThatThrownBy(() -> cache.getAllAsync(List.of("a", "b")).join())
                .isInstanceOf(CompletionException.class);
        assertThat(cache.get("a")).isEqualTo("v");
    }

    /** The only thread of the pool requests another key, whose load is queued behind it. */
    @Test
    void aLoadOnTheOnlyThreadOfAPoolRunsTheLoadThatItNeeds() throws Exception {
        final ExecutorService one = Executors.newSingleThreadExecutor();
        try {
            open(
                    key ->
                            key.equals("a")
                                    ? "a needs " + cache.getAsync("b").join()
                                    : "the value of " + key,
                    one);
            assertThat(cache.getAsync("a").get(30, TimeUnit.SECONDS))
                    .isEqualTo("a needs the value of b");
        } finally {
            one.shutdownNow();
        }
    }

    @Test
    void everyWaitingCallerGetsTheError() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AssertionError error = new AssertionError("expected");
        open(
                key -> {
                    begun.countDown();
                    go.await();
                    throw error;
                },
                pool);
        final Future<String> loading = pool.submit(() -> cache.get("a"));
        begun.await();
        final CompletableFuture<String> async = cache.getAsync("a");
        final Future<String> other = pool.submit(() -> cache.get("a"));
        go.countDown();
        assertThatThrownBy(loading::get).hasCause(error);
        assertThatThrownBy(async::join).hasCause(error);
        assertThatThrownBy(other::get).cause().isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> cache.computeIfAbsent("b", key -> throwing(error)))
                .isSameAs(error);
        assertThatThrownBy(() -> cache.asMap().computeIfAbsent("b", key -> throwing(error)))
                .isSameAs(error);
        assertThat(cache.loadStatistics().failures()).isGreaterThanOrEqualTo(3);
        assertThat(cache.loadStatistics().loads()).isZero();
    }

    private static String throwing(Error error) {
        throw error;
    }

    /** Neither the loader nor the code that ends the load has stack left. */
    @Test
    void aLoadThatEndsInAStackOverflowBlocksNoCaller() throws Exception {
        final AtomicBoolean deep = new AtomicBoolean(true);
        open(
                key -> {
                    if (deep.get()) {
                        throw new StackOverflowError();
                    }
                    return "v";
                },
                pool);
        for (int round = 0; round < 5; round++) {
            triesLeft.set(300);
            final Thread diver = new Thread(this::dive);
            diver.start();
            diver.join();
        }
        deep.set(false);
        final Future<String> other = pool.submit(() -> cache.get("a"));
        assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo("v");
    }

    private void dive() {
        try {
            dive(0);
        } catch (final StackOverflowError e) {
            // Expected.
        }
    }

    private int dive(int depth) {
        try {
            return dive(depth + 1) + 1;
        } catch (final StackOverflowError e) {
            if (triesLeft.decrementAndGet() < 0) {
                throw e;
            }
            try {
                cache.get("a");
            } catch (final StackOverflowError again) {
                // Expected: the next frame up has a little more stack.
            }
            throw e;
        }
    }

    @Test
    void loadsThatWaitForEachOtherFail() throws Exception {
        for (final boolean async : new boolean[] {false, true}) {
            final CyclicBarrier both = new CyclicBarrier(2);
            open(
                    key -> {
                        both.await();
                        final String other = key.equals("a") ? "b" : "a";
                        return async ? cache.getAsync(other).join() : cache.get(other);
                    },
                    pool);
            final Future<String> a = pool.submit(() -> cache.get("a"));
            final Future<String> b = pool.submit(() -> cache.get("b"));
            assertThatThrownBy(() -> a.get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> b.get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IllegalStateException.class);
            cache.close();
        }
    }

    /** Three threads, three caches. */
    @Test
    void loadsOfSeveralCachesThatWaitForEachOtherFail() throws Exception {
        final CyclicBarrier all = new CyclicBarrier(3);
        final List<Cache<String, String>> caches = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final int next = (i + 1) % 3;
            caches.add(
                    builder(
                                    key -> {
                                        all.await();
                                        return caches.get(next).get(key);
                                    })
                            .build());
        }
        final List<Future<String>> loads = new ArrayList<>();
        for (final Cache<String, String> one : caches) {
            loads.add(pool.submit(() -> one.get("k")));
        }
        for (final Future<String> load : loads) {
            assertThatThrownBy(() -> load.get(30, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IllegalStateException.class);
        }
        caches.forEach(Cache::close);
    }

    @Test
    void aLoaderThatRequestsItsOwnKeyWithAFutureFails() {
        open(key -> cache.getAsync(key).join(), Runnable::run);
        assertThatThrownBy(() -> cache.get("a"))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("a loader must not request the key that it loads: key=a");
    }

    @Test
    void anInterruptFailsOnlyTheCallerThatRunsTheLoad() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final AtomicInteger loads = new AtomicInteger();
        final AtomicBoolean flag = new AtomicBoolean();
        final AtomicInteger failed = new AtomicInteger();
        open(
                key -> {
                    if (loads.incrementAndGet() == 1) {
                        begun.countDown();
                        new CountDownLatch(1).await();
                    }
                    return "v";
                },
                pool);
        final Thread runner =
                new Thread(
                        () -> {
                            try {
                                cache.get("a");
                            } catch (final LoadException e) {
                                failed.incrementAndGet();
                                flag.set(Thread.currentThread().isInterrupted());
                            }
                        });
        runner.start();
        begun.await();
        final CompletableFuture<String> async = cache.getAsync("a");
        final Thread waiter = new Thread(() -> assertThat(cache.get("a")).isEqualTo("v"));
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        runner.interrupt();
        runner.join();
        waiter.join();
        assertThat(async.get(30, TimeUnit.SECONDS)).isEqualTo("v");
        assertThat(failed).hasValue(1);
        assertThat(flag).isTrue();
        assertThat(loads.get()).isBetween(2, 3);
    }

    @Test
    void anInterruptFailsOnlyTheCallerThatWaits() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        open(
                key -> {
                    begun.countDown();
                    go.await();
                    return "v";
                },
                pool);
        final Future<String> runner = pool.submit(() -> cache.get("a"));
        begun.await();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> cache.get("a"))
                .isInstanceOf(LoadException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        go.countDown();
        assertThat(runner.get()).isEqualTo("v");
    }

    static Stream<Arguments> ends() {
        return Stream.of(
                Arguments.of(
                        "cancel", (Consumer<CompletableFuture<String>>) one -> one.cancel(true)),
                Arguments.of(
                        "complete",
                        (Consumer<CompletableFuture<String>>) one -> one.complete("mine")),
                Arguments.of(
                        "completeExceptionally",
                        (Consumer<CompletableFuture<String>>)
                                one -> one.completeExceptionally(new IOException())),
                Arguments.of(
                        "orTimeout",
                        (Consumer<CompletableFuture<String>>)
                                one -> one.orTimeout(1, TimeUnit.NANOSECONDS)));
    }

    @ParameterizedTest(name = "{0} ends a caller''s interest")
    @MethodSource("ends")
    void anyCompletionOfAFutureEndsTheInterest(String what, Consumer<CompletableFuture<String>> end)
            throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        open(
                key -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (final InterruptedException e) {
                        interrupted.complete(true);
                    }
                    return "late";
                },
                pool);
        final CompletableFuture<String> first = cache.getAsync("a");
        final CompletableFuture<String> second = cache.getAsync("a");
        begun.await();
        end.accept(first);
        assertThat(interrupted).isNotDone();
        end.accept(second);
        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(cache.contains("a")).isFalse();
    }

    private interface Write {
        void to(Cache<String, String> cache);
    }

    static Stream<Write> writes() {
        return Stream.of(
                cache -> cache.put("k", "new"),
                cache -> cache.put("k", "new", Duration.ofNanos(5)),
                cache -> cache.putAll(Map.of("k", "new")),
                cache -> cache.putIfAbsent("k", "new"),
                cache -> cache.replace("k", "new"),
                cache -> cache.replace("k", "old", "new"),
                cache -> cache.remove("k"),
                cache -> cache.remove("k", "old"),
                cache -> cache.removeAll(List.of("k")),
                Cache::clear,
                cache -> cache.update("k", view -> {}),
                cache -> cache.asMap().put("k", "new"),
                cache -> cache.asMap().putIfAbsent("k", "new"),
                cache -> cache.asMap().remove("k"),
                cache -> cache.asMap().remove("k", "old"),
                cache -> cache.asMap().replace("k", "new"),
                cache -> cache.asMap().compute("k", (key, old) -> null),
                cache -> cache.asMap().keySet().remove("k"),
                cache -> cache.asMap().clear(),
                cache -> cache.asMap().keySet().clear(),
                cache -> cache.engine().remove(TestSupport.bytes("k"), 0, 1),
                cache ->
                        cache.engine()
                                .put(TestSupport.bytes("k"), 0, 1, TestSupport.bytes("x"), 0, 1),
                cache -> cache.engine().clear());
    }

    /** The key is missing when its load begins. */
    @ParameterizedTest
    @MethodSource("writes")
    void everyWriteOutdatesALoad(Write write) throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        open(
                key -> {
                    begun.countDown();
                    go.await();
                    return "old";
                },
                pool);
        final Future<String> load = pool.submit(() -> cache.get("k"));
        begun.await();
        write.to(cache);
        final String written = cache.getIfPresent("k");
        go.countDown();
        assertThat(load.get()).isEqualTo("old");
        assertThat(cache.getIfPresent("k")).isEqualTo(written);
        assertThat(cache.loadStatistics().outdated()).isOne();
    }

    /** A caller after the write does not get the value that was loaded before it. */
    @Test
    void aCallerAfterAWriteLoadsAgain() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicInteger loads = new AtomicInteger();
        open(
                key -> {
                    final int number = loads.incrementAndGet();
                    if (number == 1) {
                        begun.countDown();
                        go.await();
                    }
                    return "v" + number;
                },
                pool);
        final Future<String> load = pool.submit(() -> cache.get("k"));
        begun.await();
        cache.remove("k");
        assertThat(cache.get("k")).isEqualTo("v2");
        go.countDown();
        assertThat(load.get()).isEqualTo("v1");
        assertThat(cache.getIfPresent("k")).isEqualTo("v2");
    }

    @Test
    void aValueThatCannotBeCachedIsReturnedAndCounted() {
        final String large = "x".repeat(1 << 15);
        cache =
                builder(key -> key.equals("large") ? large : "v")
                        .ttlNs(
                                (key, value) ->
                                        key.equals("none") ? 0 : key.equals("negative") ? -5 : TTL)
                        .build();
        assertThat(cache.get("large")).isEqualTo(large);
        assertThat(cache.get("none")).isEqualTo("v");
        assertThat(cache.getAsync("negative").join()).isEqualTo("v");
        assertThat(cache.computeIfAbsent("made", key -> large)).isEqualTo(large);
        assertThat(cache.size()).isZero();
        final LoadStatistics statistics = cache.loadStatistics();
        assertThat(statistics.tooLarge()).isEqualTo(2);
        assertThat(statistics.expiredAtOnce()).isEqualTo(2);
        assertThat(statistics.loads()).isEqualTo(4);
        assertThat(statistics.failures()).isZero();
    }

    @Test
    void aPutThatIsTooLargeRemovesTheOldValue() {
        open(key -> "v", pool);
        final String large = "x".repeat(1 << 15);
        for (final Consumer<String> put :
                List.<Consumer<String>>of(
                        key -> cache.put(key, large),
                        key -> cache.put(key, large, Duration.ofDays(1)),
                        key -> cache.replace(key, large),
                        key -> cache.replace(key, "old", large),
                        key -> cache.asMap().put(key, large),
                        key -> cache.asMap().replace(key, large))) {
            cache.put("k", "old");
            assertThatThrownBy(() -> put.accept("k"))
                    .isInstanceOf(io.flagstone.api.EntryTooLargeException.class);
            assertThat(cache.getIfPresent("k")).isNull();
        }
        cache.put("k", "other");
        assertThatThrownBy(() -> cache.replace("k", "old", large))
                .isInstanceOf(io.flagstone.api.EntryTooLargeException.class);
        assertThat(cache.getIfPresent("k"))
                .as("the expected value was not there")
                .isEqualTo("other");
    }

    @Test
    void aLoadCountsOneMiss() {
        open(key -> key.equals("none") ? null : "v", pool);
        cache.get("a");
        cache.get("none");
        cache.getAsync("b").join();
        cache.computeIfAbsent("c", key -> "made");
        cache.getAll(List.of("d"));
        assertThat(cache.engine().statistics().misses()).isEqualTo(5);
        assertThat(cache.engine().statistics().hits()).isZero();
        cache.get("a");
        assertThat(cache.engine().statistics().misses()).isEqualTo(5);
        assertThat(cache.engine().statistics().hits()).isOne();
        cache.asMap().put("e", "v");
        assertThat(cache.engine().statistics().misses()).isEqualTo(5);
    }

    private void openRefreshing(Loader<String, String> loader, long aheadNs) {
        cache = builder(loader).refreshAheadNs(aheadNs).executor(waiting::add).build();
    }

    @Test
    void aRefreshIsCachedEvenIfTheEntryExpiresMeanwhile() {
        final AtomicInteger loads = new AtomicInteger();
        openRefreshing(
                key -> {
                    if (loads.incrementAndGet() == 2) {
                        clock.advance(TTL);
                    }
                    return "v" + loads;
                },
                500);
        cache.get("k");
        clock.advance(600);
        assertThat(cache.get("k")).isEqualTo("v1");
        waiting.remove().run();
        assertThat(cache.getIfPresent("k")).isEqualTo("v2");
        assertThat(cache.loadStatistics().refreshes()).isOne();
    }

    @Test
    void aRefreshThatLoadsNullRemovesTheEntry() {
        final AtomicBoolean deleted = new AtomicBoolean();
        openRefreshing(key -> deleted.get() ? null : "v", 500);
        cache.get("k");
        deleted.set(true);
        clock.advance(600);
        assertThat(cache.get("k")).isEqualTo("v");
        waiting.remove().run();
        assertThat(cache.contains("k")).isFalse();
    }

    @Test
    void aRefreshedValueThatCannotBeCachedRemovesTheOldOne() {
        final AtomicInteger loads = new AtomicInteger();
        openRefreshing(key -> loads.incrementAndGet() == 1 ? "v" : "x".repeat(1 << 15), 500);
        cache.get("k");
        clock.advance(600);
        cache.get("k");
        waiting.remove().run();
        assertThat(cache.contains("k")).isFalse();
        assertThat(cache.loadStatistics().tooLarge()).isOne();
    }

    @Test
    void aLoaderThatFailsIsCalledALogarithmicNumberOfTimes() {
        final AtomicBoolean broken = new AtomicBoolean();
        final AtomicInteger loads = new AtomicInteger();
        cache =
                builder(
                                key -> {
                                    loads.incrementAndGet();
                                    if (broken.get()) {
                                        throw new IOException("expected in this test's log");
                                    }
                                    return "v";
                                })
                        .refreshAheadNs(512)
                        .executor(Runnable::run)
                        .build();
        cache.get("k");
        broken.set(true);
        for (int i = 0; i < TTL - 1; i++) {
            clock.advance(1);
            assertThat(cache.get("k")).isEqualTo("v");
        }
        assertThat(loads.get()).isEqualTo(1 + 10);
        broken.set(false);
        clock.advance(1);
        assertThat(cache.get("k")).isEqualTo("v");
        clock.advance(600);
        cache.get("k");
        assertThat(loads).as("a new deadline is a new attempt").hasValue(1 + 10 + 2);
    }

    @Test
    void anEntryWithAShortTtlIsRefreshedAtHalfOfItsTtl() {
        final AtomicInteger loads = new AtomicInteger();
        cache =
                builder(key -> "v" + loads.incrementAndGet())
                        .ttl((key, value) -> Duration.ofNanos(100))
                        .refreshAhead(Duration.ofNanos(400))
                        .executor(Runnable::run)
                        .build();
        cache.get("k");
        for (int i = 0; i < 1_000; i++) {
            clock.advance(1);
            assertThat(cache.get("k")).isNotNull();
        }
        assertThat(loads.get()).isBetween(10, 25);
    }

    @Test
    void aRefreshThatTheExecutorDropsIsTriedAgain() {
        final AtomicInteger loads = new AtomicInteger();
        openRefreshing(key -> "v" + loads.incrementAndGet(), 500);
        cache.get("k");
        clock.advance(600);
        cache.get("k");
        final Runnable dropped = waiting.remove();
        clock.advance(200);
        cache.get("k");
        assertThat(waiting).hasSize(1);
        waiting.remove().run();
        assertThat(cache.get("k")).isEqualTo("v2");
        dropped.run();
        assertThat(loads).as("loads, without the attempt that was given up").hasValue(2);
        clock.advance(TTL);
        assertThat(cache.get("k")).isEqualTo("v3");
    }

    @Test
    void anImpossibleRefreshConfigurationIsRefused() {
        assertThatThrownBy(() -> builder(key -> "v").refreshAheadNs(TTL).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "refreshAheadNs must be less than defaultTtlNs, 1000: refreshAheadNs=1000");
        assertThatThrownBy(
                        () ->
                                Cache.builder(
                                                OffHeapCache.builder()
                                                        .memoryBytes(1 << 20)
                                                        .expireAfterAccessNs(TTL),
                                                Codecs.ofString(),
                                                Codecs.ofString())
                                        .loader(key -> "v")
                                        .refreshAheadNs(5)
                                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expireAfterAccessNs");
        assertThatThrownBy(() -> builder(key -> "v").refreshAhead(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("refreshAhead=PT0S");
    }

    @Test
    void refreshReplacesTheValueOrRemovesTheKey() {
        final Map<String, String> source = new HashMap<>();
        open(source::get, Runnable::run);
        source.put("k", "1");
        assertThat(cache.refresh("k").join()).isEqualTo("1");
        source.put("k", "2");
        assertThat(cache.get("k")).isEqualTo("1");
        assertThat(cache.refresh("k").join()).isEqualTo("2");
        assertThat(cache.get("k")).isEqualTo("2");
        source.clear();
        assertThat(cache.refresh("k").join()).isNull();
        assertThat(cache.contains("k")).isFalse();
        assertThat(cache.loadStatistics().refreshes()).isEqualTo(3);
    }

    private void openBulk(BulkLoader<String, String> loader, Executor executor) {
        cache =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(1 << 20).clock(clock),
                                Codecs.ofString(),
                                Codecs.ofString())
                        .bulkLoader(loader)
                        .executor(executor)
                        .build();
    }

    private static Map<String, String> valuesOf(Set<String> keys) {
        final Map<String, String> values = new HashMap<>();
        for (final String key : keys) {
            if (!key.startsWith("none")) {
                values.put(key, "v" + key);
            }
        }
        values.put("unasked", "v");
        return values;
    }

    @Test
    void getAllLoadsTheMissingKeysInOneCall() {
        final List<Set<String>> calls = new ArrayList<>();
        openBulk(
                keys -> {
                    calls.add(Set.copyOf(keys));
                    return valuesOf(keys);
                },
                Runnable::run);
        cache.put("a", "va");
        assertThat(cache.getAll(List.of("a", "b", "none", "c", "b")))
                .isEqualTo(Map.of("a", "va", "b", "vb", "c", "vc"));
        assertThat(calls).containsExactly(Set.of("b", "none", "c"));
        assertThat(cache.contains("unasked")).isFalse();
        assertThat(cache.contains("c")).isTrue();
        assertThat(cache.get("d")).as("a single key").isEqualTo("vd");
        assertThat(cache.getAllAsync(List.of("a", "e", "f", "none")).join())
                .isEqualTo(Map.of("a", "va", "e", "ve", "f", "vf"));
        assertThat(calls).hasSize(3).last().isEqualTo(Set.of("e", "f", "none"));
        assertThat(cache.getAllPresent(List.of("a", "b", "none")))
                .isEqualTo(Map.of("a", "va", "b", "vb"));
        assertThat(cache.loadStatistics().loads()).isEqualTo(3);
        assertThat(cache.removeAll(List.of("a", "b", "none"))).isEqualTo(2);
    }

    /** Two calls with overlapping keys in different orders: no key is loaded by both. */
    @Test
    void bulkLoadsShareTheirKeysAndNeverWaitForEachOther() throws Exception {
        final Map<String, AtomicInteger> loads = new HashMap<>();
        final CountDownLatch both = new CountDownLatch(2);
        openBulk(
                keys -> {
                    synchronized (loads) {
                        keys.forEach(
                                key ->
                                        loads.computeIfAbsent(key, any -> new AtomicInteger())
                                                .incrementAndGet());
                    }
                    both.countDown();
                    both.await();
                    return valuesOf(keys);
                },
                pool);
        final Future<Map<String, String>> first =
                pool.submit(() -> cache.getAll(List.of("a", "b", "c", "x")));
        final Future<Map<String, String>> second =
                pool.submit(() -> cache.getAll(List.of("y", "c", "b", "a")));
        assertThat(first.get(30, TimeUnit.SECONDS)).hasSize(4);
        assertThat(second.get(30, TimeUnit.SECONDS)).hasSize(4);
        assertThat(loads).hasSize(5);
        assertThat(loads.values()).allMatch(count -> count.get() == 1);
    }

    @Test
    void eachCallerGetsTheFailureOfABulkLoadAndNothingIsCached() {
        final AtomicInteger calls = new AtomicInteger();
        openBulk(
                keys -> {
                    switch (calls.incrementAndGet()) {
                        case 1 -> throw new IOException("first");
                        case 2 -> throw new AssertionError("second");
                        case 3 -> {
                            return null;
                        }
                        default -> {
                            return valuesOf(keys);
                        }
                    }
                },
                Runnable::run);
        final List<String> keys = List.of("a", "b");
        assertThatThrownBy(() -> cache.getAll(keys))
                .isInstanceOf(LoadException.class)
                .hasRootCauseMessage("first");
        assertThatThrownBy(() -> cache.getAll(keys))
                .isInstanceOf(AssertionError.class)
                .hasMessage("second");
        assertThatThrownBy(() -> cache.getAllAsync(keys).join())
                .hasRootCauseInstanceOf(NullPointerException.class);
        assertThat(cache.size()).isZero();
        assertThat(cache.getAll(keys)).hasSize(2);
        assertThat(cache.loadStatistics().failures()).isEqualTo(3);
    }

    @Test
    void aWriteOutdatesOnlyItsOwnKeyOfABulkLoad() {
        openBulk(
                keys -> {
                    cache.remove("a");
                    return valuesOf(keys);
                },
                Runnable::run);
        assertThat(cache.getAll(List.of("a", "b"))).hasSize(2);
        assertThat(cache.contains("a")).isFalse();
        assertThat(cache.contains("b")).isTrue();
        assertThat(cache.loadStatistics().outdated()).isOne();
    }

    @Test
    void aCallerLoadsAKeyOfABulkLoadThatTheExecutorHasNotBegun() {
        final List<Set<String>> calls = new ArrayList<>();
        openBulk(
                keys -> {
                    calls.add(Set.copyOf(keys));
                    return valuesOf(keys);
                },
                waiting::add);
        final CompletableFuture<Map<String, String>> all = cache.getAllAsync(List.of("a", "b"));
        assertThat(cache.get("a")).isEqualTo("va");
        waiting.remove().run();
        assertThat(all.join()).isEqualTo(Map.of("a", "va", "b", "vb"));
        assertThat(calls).containsExactly(Set.of("a"), Set.of("b"));
        final CompletableFuture<Map<String, String>> dropped = cache.getAllAsync(List.of("c"));
        waiting.clear();
        assertThat(dropped.join()).isEqualTo(Map.of("c", "vc"));
    }

    @Test
    void aLoadReturnsItsValueIfTheCacheIsClosedMeanwhile() {
        open(
                key -> {
                    cache.close();
                    return "v";
                },
                pool);
        assertThat(cache.get("k")).isEqualTo("v");
        assertThatThrownBy(() -> cache.get("k")).isInstanceOf(IllegalStateException.class);
        assertThat(cache.loadStatistics().loads()).isOne();
    }

    @Test
    void cachesOfOneEngineBuilderAreIndependent() {
        final io.flagstone.CacheBuilder base = OffHeapCache.builder().memoryBytes(1 << 20);
        final List<String> heard = new ArrayList<>();
        try (Cache<String, String> first =
                        Cache.builder(base, Codecs.ofString(), Codecs.ofString())
                                .removalListener((cause, key, value) -> heard.add("first " + key))
                                .build();
                Cache<Long, Long> second =
                        Cache.builder(base, Codecs.ofLong(), Codecs.ofLong())
                                .removalListener((cause, key, value) -> heard.add("second " + key))
                                .build();
                Cache<Long, Long> third =
                        Cache.builder(base, Codecs.ofLong(), Codecs.ofLong()).build()) {
            first.put("a", "b");
            first.remove("a");
            second.put(1L, 2L);
            second.remove(1L);
            third.put(3L, 4L);
            third.remove(3L);
        }
        assertThat(heard).containsExactly("first a", "second 1");
    }
}
