// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Races of loads with expiry, close, interrupts and failures. The codec of keys calls the test each
 * time a key is encoded, so that the test acts between two calls of the engine.
 */
@Timeout(60)
class LoadRacesTest {
    private static final long TTL = 1_000;
    private static final long AHEAD = 500;

    /** Called before a key is encoded. */
    private volatile Consumer<String> onEncode = key -> {};

    private final Codec<String> keys =
            new Codec<>() {
                @Override
                public int encode(String value, MutableDirectBuffer buffer, int offset) {
                    onEncode.accept(value);
                    return buffer.putStringWithoutLengthAscii(offset, value);
                }

                @Override
                public String decode(DirectBuffer buffer, int offset, int length) {
                    final byte[] bytes = new byte[length];
                    buffer.getBytes(offset, bytes);
                    return new String(bytes, StandardCharsets.US_ASCII);
                }
            };

    private final TestClock clock = new TestClock(0);
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private Cache<String, String> cache;

    private TypedCacheBuilder<String, String> builder(Executor executor) {
        return Cache.builder(
                        OffHeapCache.builder()
                                .memoryBytes(2 << 20)
                                .slabBytes(1 << 17)
                                .clock(clock)
                                .defaultTtlNs(TTL),
                        keys,
                        Codecs.ofString())
                .executor(executor);
    }

    @AfterEach
    void close() {
        pool.shutdownNow();
        onEncode = key -> {};
        if (!cache.engine().isClosed()) {
            TestSupport.assertClean(cache.engine());
            cache.close();
        }
    }

    /** Calls an action once, before the given encoding of a key from now on. */
    private void beforeEncoding(int number, Runnable action) {
        final AtomicInteger encodings = new AtomicInteger();
        onEncode =
                key -> {
                    if (encodings.incrementAndGet() == number) {
                        action.run();
                    }
                };
    }

    @Test
    void aCallerThatJoinsTheRenewalOfAnExpiredEntryGetsAValue() {
        final AtomicInteger loads = new AtomicInteger();
        cache =
                builder(waiting::add)
                        .loader(key -> "v" + loads.incrementAndGet())
                        .refreshAheadNs(AHEAD)
                        .build();
        cache.get("k");
        clock.advance(TTL - AHEAD);
        cache.get("k");
        clock.advance(TTL);
        final CompletableFuture<CompletableFuture<String>> joined = new CompletableFuture<>();
        // The first encoding checks the lease, the second looks for the entry.
        beforeEncoding(2, () -> joined.complete(cache.getAsync("k")));
        waiting.remove().run();
        assertThat(joined.getNow(null)).isCompletedWithValue("v2");
        assertThat(cache.getIfPresent("k")).isEqualTo("v2");
        assertThat(waiting).as("loads that the caller began").isEmpty();
    }

    @Test
    void aRenewalOfAnExpiredEntryDoesNotLoadWithoutACaller() {
        final AtomicInteger loads = new AtomicInteger();
        cache =
                builder(waiting::add)
                        .loader(key -> "v" + loads.incrementAndGet())
                        .refreshAheadNs(AHEAD)
                        .build();
        cache.get("k");
        clock.advance(TTL - AHEAD);
        cache.get("k");
        clock.advance(TTL);
        waiting.remove().run();
        assertThat(loads).hasValue(1);
        assertThat(cache.get("k")).isEqualTo("v2");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536})
    void aLoadOfAnyKeyReturnsItsValueIfTheCacheClosesMeanwhile(int length) {
        cache =
                builder(Runnable::run)
                        .loader(
                                key -> {
                                    cache.close();
                                    return "v";
                                })
                        .build();
        assertThat(cache.get("x".repeat(length))).isEqualTo("v");
    }

    @Test
    void aValueThatExpiresAtOnceIsReturnedIfTheCacheClosesMeanwhile() {
        cache =
                builder(Runnable::run)
                        .loader(key -> "v")
                        .ttlNs(
                                (key, value) -> {
                                    cache.close();
                                    return 0;
                                })
                        .build();
        assertThat(cache.get("k")).isEqualTo("v");
    }

    @Test
    void aRefreshThatLoadsNullSucceedsIfTheCacheClosesMeanwhile() {
        cache =
                builder(Runnable::run)
                        .loader(
                                key -> {
                                    // The next encoding removes the key.
                                    beforeEncoding(1, () -> cache.close());
                                    return null;
                                })
                        .build();
        assertThat(cache.refresh("k")).isCompletedWithValue(null);
        assertThat(cache.engine().isClosed()).isTrue();
    }

    /**
     * The thread whose load was interrupted joins its waiter to the next load, and is slow. The
     * waiter looks at the interrupted load meanwhile.
     */
    @Test
    void aWaiterThatLooksDuringAReloadWaitsForTheReload() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch reloading = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicBoolean first = new AtomicBoolean(true);
        cache =
                builder(pool)
                        .loader(
                                key -> {
                                    if (first.getAndSet(false)) {
                                        begun.countDown();
                                        new CountDownLatch(1).await();
                                    }
                                    return "v";
                                })
                        .build();
        final Thread runner =
                new Thread(
                        () ->
                                assertThatThrownBy(() -> cache.get("k"))
                                        .isInstanceOf(LoadException.class));
        runner.start();
        begun.await();
        final CompletableFuture<String> future = cache.getAsync("k");
        // The first encoding ends the lease, the second begins the reload.
        beforeEncoding(
                2,
                () -> {
                    reloading.countDown();
                    awaitUninterrupted(go);
                });
        runner.interrupt();
        reloading.await();
        final Future<String> waiter = pool.submit(future::join);
        assertThatThrownBy(() -> waiter.get(1_500, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);
        go.countDown();
        assertThat(waiter.get(30, TimeUnit.SECONDS)).isEqualTo("v");
        runner.join();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The codec fails for a later key, after the call has joined the load of the first. */
    @ParameterizedTest(name = "a bulk loader: {0}")
    @ValueSource(booleans = {false, true})
    void aCallForSeveralKeysThatFailsHasNoInterestInItsLoads(boolean bulk) throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        final TypedCacheBuilder<String, String> builder = builder(waiting::add);
        if (bulk) {
            builder.bulkLoader(
                    keys -> {
                        awaitInterrupt(begun, interrupted);
                        return Map.of();
                    });
        } else {
            builder.loader(
                    key -> {
                        awaitInterrupt(begun, interrupted);
                        return null;
                    });
        }
        cache = builder.build();
        final AtomicInteger encodings = new AtomicInteger();
        onEncode =
                key -> {
                    if (key.equals("b") && encodings.incrementAndGet() == 2) {
                        throw new IllegalArgumentException("expected");
                    }
                };
        assertThatThrownBy(() -> cache.getAllAsync(List.of("a", "b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected");
        final CompletableFuture<String> other = cache.getAsync("a");
        waiting.forEach(pool::execute);
        begun.await();
        other.cancel(true);
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitInterrupt(
            CountDownLatch begun, CompletableFuture<Boolean> interrupted) {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (final InterruptedException e) {
            interrupted.complete(true);
        }
    }

    @Test
    void anOutdatedRefreshDoesNotDelayTheNext() {
        final AtomicInteger loads = new AtomicInteger();
        cache =
                builder(waiting::add)
                        .loader(key -> "v" + loads.incrementAndGet())
                        .refreshAheadNs(AHEAD)
                        .build();
        cache.get("k");
        clock.advance(TTL - AHEAD);
        cache.get("k");
        cache.put("k", "mine", AHEAD);
        waiting.remove().run();
        assertThat(loads).as("loads, without the outdated one").hasValue(1);
        assertThat(cache.get("k")).isEqualTo("mine");
        assertThat(waiting).hasSize(1);
        waiting.remove().run();
        assertThat(cache.getIfPresent("k")).isEqualTo("v2");
    }

    @Test
    void aRefreshOfAKeyThatIsBeingLoadedIsNotRepeatedAtEachHit() {
        cache = builder(waiting::add).loader(key -> "v").refreshAheadNs(AHEAD).build();
        cache.get("k");
        cache.refresh("k");
        final Runnable reload = waiting.remove();
        clock.advance(TTL - AHEAD);
        cache.get("k");
        waiting.remove().run();
        cache.get("k");
        assertThat(waiting).isEmpty();
        reload.run();
    }
}
