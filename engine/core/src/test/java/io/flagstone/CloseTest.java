// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.RemovalCause;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads operate on caches while they are closed: each operation completes or throws, and nothing
 * crashes.
 *
 * <p>{@code -Dflagstone.test.lifetimes=N} closes N caches instead of {@value #LIFETIMES}.
 */
class CloseTest {
    private static final int LIFETIMES = 3_000;
    private static final int THREADS = 3;
    private static final int KEYS = 4;
    private static final int SPINS = 200;
    private static final int CLOSERS = 4;
    private static final int CLOSING_ROUNDS = 1_000;

    /** All but the checkpoint, which is one at a time; CheckpointTroubleTest closes within one. */
    private static final List<PublicOperation> OPERATIONS =
            PublicOperation.all().stream()
                    .filter(operation -> !operation.name().equals("checkpoint"))
                    .toList();

    private final ExecutorService threads = Executors.newFixedThreadPool(CLOSERS);
    private volatile Lifetime current;
    private volatile boolean failed;

    @AfterEach
    void stopThreads() throws InterruptedException {
        final Lifetime last = current;
        current = null;
        if (last != null) {
            // After a failure: workers go on until their cache is closed.
            last.cache.close();
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    private static CacheBuilder small() {
        return OffHeapCache.builder().memoryBytes(32 << 10).segments(2).slabBytes(1 << 10);
    }

    /** A cache, and whether a worker has operated on it. */
    private static final class Lifetime {
        final OffHeapCache cache;
        volatile boolean operatedOn;

        Lifetime(long number) {
            // A random seed costs more than the rest of the build.
            cache = small().hashSeed(number).build();
        }
    }

    /** Operates on one cache after another, on each until it is closed. */
    private final class Worker implements Callable<Worker> {
        final long[] completed = new long[OPERATIONS.size()];
        final long[] refused = new long[OPERATIONS.size()];
        private final Object[][][] arguments = new Object[KEYS][OPERATIONS.size()][];
        private int turn;

        Worker(int number) {
            turn = number * OPERATIONS.size() / THREADS;
            for (int key = 0; key < KEYS; key++) {
                for (int i = 0; i < OPERATIONS.size(); i++) {
                    arguments[key][i] = OPERATIONS.get(i).arguments(Inputs.of(key));
                }
            }
        }

        @Override
        public Worker call() {
            boolean done = false;
            try {
                work();
                done = true;
            } finally {
                if (!done) {
                    failed = true;
                }
            }
            return this;
        }

        private void work() {
            Lifetime last = null;
            int looks = 0;
            for (Lifetime next = current; next != null; next = current) {
                if (next == last) {
                    pause(looks++);
                } else {
                    operate(next, turn++ % OPERATIONS.size());
                    last = next;
                    looks = 0;
                }
            }
        }

        /**
         * Calls a favourite operation, alternately with all others, until the cache is closed. It
         * may be refused several times before that.
         */
        private void operate(Lifetime lifetime, int favourite) {
            long insertions = 0;
            for (int step = 0; ; step++) {
                final int number =
                        step % 2 == 0 ? favourite : (favourite + step / 2) % OPERATIONS.size();
                try {
                    final Object result =
                            OPERATIONS
                                    .get(number)
                                    .call(lifetime.cache, arguments[step % KEYS][number]);
                    completed[number]++;
                    if (result instanceof AuditResult audit) {
                        assertThat(audit.clean()).as(audit.finding()).isTrue();
                    } else if (result instanceof CacheStatistics statistics) {
                        assertThat(statistics.insertions()).isGreaterThanOrEqualTo(insertions);
                        insertions = statistics.insertions();
                    }
                } catch (final IllegalStateException closed) {
                    assertThat(closed).hasMessageContaining("closed");
                    refused[number]++;
                    if (lifetime.cache.isClosed()) {
                        return;
                    }
                } finally {
                    lifetime.operatedOn = true;
                }
            }
        }
    }

    @Test
    void everyOperationMayRaceWithClose() throws Exception {
        final int lifetimes =
                Integer.getInteger("flagstone.test.lifetimes", TestSupport.repetitions(LIFETIMES));
        final List<Future<Worker>> workers = new ArrayList<>();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        current = new Lifetime(0);
        for (int i = 0; i < THREADS; i++) {
            workers.add(threads.submit(new Worker(i)));
        }
        for (int i = 1; i <= lifetimes; i++) {
            final Lifetime lifetime = current;
            // Built before the close, so that the workers do not wait for it.
            final Lifetime next = i < lifetimes ? new Lifetime(i) : null;
            for (int looks = 0; !lifetime.operatedOn && !failed; looks++) {
                pause(looks);
            }
            closeAfter(i % 32, lifetime.cache, value);
            current = next;
        }
        final long[] completed = new long[OPERATIONS.size()];
        final long[] refused = new long[OPERATIONS.size()];
        for (final Future<Worker> future : workers) {
            final Worker worker = future.get(1, TimeUnit.MINUTES);
            for (int i = 0; i < OPERATIONS.size(); i++) {
                completed[i] += worker.completed[i];
                refused[i] += worker.refused[i];
            }
        }
        if (lifetimes >= LIFETIMES) {
            for (int i = 0; i < OPERATIONS.size(); i++) {
                final PublicOperation operation = OPERATIONS.get(i);
                assertThat(completed[i]).as("completed: %s", operation).isPositive();
                assertThat(refused[i] > 0)
                        .as("%s was refused %d times", operation, refused[i])
                        .isEqualTo(operation.isRefusedAfterClose());
            }
        }
    }

    /** Spins before it yields: on a busy machine a thread that yields is away for long. */
    private static void pause(int looks) {
        if (looks < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    /** Closes the cache after some operations, which delay the close. */
    private static void closeAfter(int operations, OffHeapCache cache, UnsafeBuffer value) {
        try {
            for (int key = 0; key < operations; key++) {
                cache.put(key, value, 0, 8);
            }
        } catch (final IllegalStateException closedByAWorker) {
            assertThat(closedByAWorker).hasMessageContaining("closed");
        }
        cache.close();
        assertThat(cache.isClosed()).isTrue();
        assertThatThrownBy(() -> cache.contains(1)).hasMessage("the cache is closed");
        assertThat(cache.statistics().insertions()).isNotNegative();
    }

    @Test
    void severalThreadsMayCloseAtOnce() throws Exception {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        for (int round = 0; round < CLOSING_ROUNDS; round++) {
            final OffHeapCache cache = small().build();
            final int entries = round % 20;
            for (int key = 0; key < entries; key++) {
                cache.put(key, value, 0, 8);
            }
            final AtomicInteger missing = new AtomicInteger(CLOSERS);
            final List<Future<Long>> insertions = new ArrayList<>();
            for (int i = 0; i < CLOSERS; i++) {
                insertions.add(
                        threads.submit(
                                () -> {
                                    missing.decrementAndGet();
                                    for (int looks = 0; missing.get() > 0; looks++) {
                                        pause(looks);
                                    }
                                    cache.close();
                                    assertThat(cache.isClosed()).isTrue();
                                    return cache.statistics().insertions();
                                }));
            }
            for (final Future<Long> seen : insertions) {
                assertThat(seen.get(1, TimeUnit.MINUTES)).isEqualTo(entries);
            }
        }
    }

    @Test
    void aHandlerThatClosesTheCacheIsRefused() {
        final TestClock clock = new TestClock();
        final OffHeapCache[] caches = new OffHeapCache[1];
        final List<String> refused = new ArrayList<>();
        final List<Throwable> errors = new ArrayList<>();
        final OffHeapCache cache =
                small().segments(1)
                        .maxEntries(2)
                        .clock(clock)
                        .removalHandler(
                                (cause, key, view) -> tryToClose(caches[0], cause.name(), refused))
                        .errorHandler(errors::add)
                        .build();
        caches[0] = cache;
        final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
        cache.put(1, value, 0, 8);
        cache.read(1, view -> tryToClose(cache, "reader", refused));
        cache.update(1, view -> tryToClose(cache, "updater", refused));
        cache.scan(0, 9, (key, view) -> tryToClose(cache, "visitor", refused));
        cache.put(1, value, 0, 8);
        cache.remove(1);
        cache.put(2, value, 0, 8, 1);
        clock.advance(TimeUnit.SECONDS.toNanos(1));
        cache.doWork();
        for (int key = 3; key < 6; key++) {
            cache.put(key, value, 0, 8);
        }
        assertThat(refused)
                .containsExactly(
                        "reader",
                        "updater",
                        "visitor",
                        RemovalCause.REPLACED.name(),
                        RemovalCause.REMOVED.name(),
                        RemovalCause.EXPIRED.name(),
                        RemovalCause.EVICTED.name());
        assertThat(errors).isEmpty();
        assertThat(cache.isClosed()).isFalse();
        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.contains(5)).isTrue();
        TestSupport.assertClean(cache);
        cache.close();
        assertThat(cache.isClosed()).isTrue();
    }

    private static void tryToClose(OffHeapCache cache, String site, List<String> refused) {
        assertThatThrownBy(cache::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("re-entry");
        refused.add(site);
    }

    @Test
    void theStatisticsOutliveTheCache() {
        final OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 10).build();
        cache.put(1L, new UnsafeBuffer(new byte[8]), 0, 8);
        cache.close();
        cache.close();
        assertThat(cache.statistics().insertions()).isEqualTo(1);
    }

    /**
     * The clock, which a batch asks for the first key, closes the cache. The second key has
     * expired, so it is read again under the lock. With 64 KiB a batch reads key by key, with 2 MiB
     * in stages.
     */
    @ParameterizedTest
    @ValueSource(ints = {64 << 10, 2 << 20})
    void aBatchThatHasBegunEndsAfterTheClose(int memoryBytes) throws Exception {
        final AtomicReference<Runnable> atNextReading = new AtomicReference<>();
        final AtomicLong nowNs = new AtomicLong(1);
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .segments(1)
                        .clock(
                                () -> {
                                    final Runnable action = atNextReading.getAndSet(null);
                                    if (action != null) {
                                        action.run();
                                    }
                                    return nowNs.get();
                                })
                        .build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
            cache.put(1, value, 0, 8, 1_000);
            cache.put(2, value, 0, 8, 10);
            nowNs.set(100);
            final MultiGet batch = new MultiGet(2);
            batch.add(1);
            batch.add(2);
            final Thread closer = new Thread(cache::close);
            atNextReading.set(
                    () -> {
                        closer.start();
                        while (closer.isAlive()) {
                            Thread.onSpinWait();
                        }
                    });
            assertThat(cache.get(batch, new UnsafeBuffer(new byte[16]), 0)).isEqualTo(1);
            assertThat(batch.length(0)).isEqualTo(8);
            assertThat(batch.length(1)).isEqualTo(OffHeapCache.NOT_FOUND);
            assertThat(cache.isClosed()).isTrue();
            assertThat(cache.statistics().hits()).isEqualTo(1);
            assertThat(cache.statistics().misses()).isEqualTo(1);
        }
    }
}
