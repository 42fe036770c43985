// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.typed.Codecs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.cache.CacheException;
import javax.cache.integration.CacheLoaderException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that each key has its own lock, that unused locks are removed, and deadlock detection. */
@Timeout(60)
class KeyLocksTest {
    private final KeyLocks<byte[]> locks = new KeyLocks<>(Codecs.ofBytes());

    @AfterEach
    void assertNoLockIsLeft() {
        assertThat(locks.size()).isZero();
    }

    private static byte[] key(int number) {
        return new byte[] {(byte) number, (byte) (number >> 8)};
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void threadsHoldDifferentKeysAtTheSameTime() throws Exception {
        final int threads = 256;
        final CyclicBarrier all = new CyclicBarrier(threads);
        final List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            final byte[] key = key(i);
            tasks.add(
                    () ->
                            locks.locked(
                                    key,
                                    () -> {
                                        await(all);
                                        return null;
                                    }));
        }
        assertThat(CacheFixture.inParallel(tasks)).containsOnlyNulls();
    }

    @Test
    void keysWithEqualBytesShareALock() throws Exception {
        final List<String> order = Collections.synchronizedList(new ArrayList<>());
        final Thread second = new Thread(() -> locks.locked(key(1), () -> order.add("second")));
        locks.locked(
                key(1),
                () -> {
                    second.start();
                    CacheFixture.awaitWaiting(second);
                    assertThat(locks.size()).isEqualTo(1);
                    return order.add("first");
                });
        second.join();
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void anInterruptedThreadKeepsWaitingAndStaysInterrupted() throws Exception {
        final List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
        final Thread waiter =
                new Thread(
                        () ->
                                locks.locked(
                                        key(1),
                                        () ->
                                                interrupted.add(
                                                        Thread.currentThread().isInterrupted())));
        locks.locked(
                key(1),
                () -> {
                    waiter.start();
                    CacheFixture.awaitWaiting(waiter);
                    waiter.interrupt();
                    CacheFixture.awaitWaiting(waiter);
                    assertThat(interrupted).isEmpty();
                    return null;
                });
        waiter.join();
        assertThat(interrupted).containsExactly(true);
    }

    @Test
    void aLockIsReentrantAndReleasedAfterAnError() {
        assertThatThrownBy(
                        () ->
                                locks.locked(
                                        key(1),
                                        () ->
                                                locks.locked(
                                                        key(1),
                                                        () -> {
                                                            throw new StackOverflowError("test");
                                                        })))
                .isInstanceOf(StackOverflowError.class);
        assertThat(locks.size()).isZero();
    }

    @Test
    void aLoaderMayLockItsKeyButNotLoadIt() {
        assertThat(locks.<String>loading(key(1), () -> locks.locked(key(1), () -> "put")))
                .isEqualTo("put");
        assertThatThrownBy(() -> locks.loading(key(1), () -> locks.loading(key(1), () -> "never")))
                .isInstanceOf(CacheLoaderException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("requested the key that it is loading");
        assertThat(locks.<String>loading(key(1), () -> "again")).isEqualTo("again");
    }

    /** Makes each thread hold a key and request the next thread's. Returns what they threw. */
    private List<Throwable> cycle(int threads, List<KeyLocks<byte[]>> owners) throws Exception {
        final CyclicBarrier all = new CyclicBarrier(threads);
        final List<Callable<Object>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            final int own = i;
            final int next = (i + 1) % threads;
            tasks.add(
                    () ->
                            owners.get(own)
                                    .locked(
                                            key(own),
                                            () -> {
                                                await(all);
                                                return owners.get(next)
                                                        .locked(key(next), () -> null);
                                            }));
        }
        return CacheFixture.inParallel(tasks).stream()
                .filter(Objects::nonNull)
                .collect(Collectors.toList());
    }

    @Test
    void oneThreadOfADeadlockIsRejected() throws Exception {
        for (int threads = 2; threads <= 5; threads++) {
            for (int round = 0; round < 20; round++) {
                assertThat(cycle(threads, Collections.nCopies(threads, locks)))
                        .hasSize(1)
                        .allSatisfy(
                                rejected ->
                                        assertThat(rejected)
                                                .isInstanceOf(CacheException.class)
                                                .hasCauseInstanceOf(IllegalStateException.class)
                                                .hasMessageContaining("would be a deadlock"));
            }
        }
    }

    @Test
    void aDeadlockThroughTwoCachesIsDetected() throws Exception {
        final KeyLocks<byte[]> other = new KeyLocks<>(Codecs.ofBytes());
        assertThat(cycle(2, List.of(locks, other))).hasSize(1);
        assertThat(other.size()).isZero();
    }

    @Test
    void aDeadlockOfLoadsThrowsCacheLoaderException() throws Exception {
        final CyclicBarrier both = new CyclicBarrier(2);
        final List<Throwable> thrown =
                CacheFixture.inParallel(
                        () ->
                                locks.loading(
                                        key(1),
                                        () -> {
                                            await(both);
                                            return locks.loading(key(2), () -> null);
                                        }),
                        () ->
                                locks.loading(
                                        key(2),
                                        () -> {
                                            await(both);
                                            return locks.loading(key(1), () -> null);
                                        }));
        assertThat(thrown).filteredOn(Objects::nonNull).hasSize(1);
        assertThat(thrown)
                .filteredOn(Objects::nonNull)
                .allSatisfy(one -> assertThat(one).isInstanceOf(CacheLoaderException.class));
    }

    /** Many threads wait and owners change often, but no wait is a deadlock. */
    @Test
    void waitsWithoutADeadlockAreNotRejected() throws Exception {
        final AtomicInteger sum = new AtomicInteger();
        final int[] plain = new int[1];
        final Callable<Void> task =
                () -> {
                    for (int i = 0; i < 5_000; i++) {
                        locks.locked(
                                key(1),
                                () -> {
                                    plain[0]++;
                                    return locks.locked(key(2), sum::incrementAndGet);
                                });
                    }
                    return null;
                };
        assertThat(CacheFixture.inParallel(Collections.nCopies(4, task))).containsOnlyNulls();
        assertThat(sum).hasValue(20_000);
        assertThat(plain[0]).isEqualTo(20_000);
    }

    @Test
    void lockedAllLocksInTheOrderOfTheBytes() throws Exception {
        final List<byte[]> keys = List.of(key(4), key(3), key(2), key(1), key(0));
        final Thread other = new Thread(() -> locks.lockedAll(keys, () -> null));
        locks.locked(
                key(1),
                () -> {
                    other.start();
                    CacheFixture.awaitWaiting(other);
                    assertThat(locks.size()).as("the first key and the held one").isEqualTo(2);
                    return null;
                });
        other.join();
    }

    @Test
    void concurrentLockedAllsDoNotDeadlock() throws Exception {
        final List<byte[]> up =
                IntStream.range(0, 50).mapToObj(KeyLocksTest::key).collect(Collectors.toList());
        final List<byte[]> down = new ArrayList<>(up);
        Collections.reverse(down);
        down.add(key(7));
        final int[] plain = new int[1];
        final CountDownLatch start = new CountDownLatch(2);
        final List<Callable<Void>> tasks = new ArrayList<>();
        for (final List<byte[]> keys : List.of(up, down)) {
            tasks.add(
                    () -> {
                        start.countDown();
                        start.await();
                        for (int i = 0; i < 500; i++) {
                            locks.lockedAll(keys, () -> plain[0]++);
                        }
                        return null;
                    });
        }
        assertThat(CacheFixture.inParallel(tasks)).containsOnlyNulls();
        assertThat(plain[0]).isEqualTo(1_000);
    }
}
