// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.DEFAULT_TTL;
import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which operations outdate a lease, and what an outdated lease refuses. */
class LeaseTest {
    private static final long KEY = 42;
    private static final long TTL = 1_000;

    private final TestClock clock = new TestClock(1);
    private final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer("a value.".getBytes());
    private final UnsafeBuffer other = new UnsafeBuffer("another.".getBytes());
    private OffHeapCache cache;

    @BeforeEach
    void open() {
        cache = OffHeapCache.builder().memoryBytes(1 << 20).segments(4).clock(clock).build();
        keyBytes.putLong(0, KEY);
    }

    @AfterEach
    void close() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    /** Checks whether an operation outdates a lease on its key, present and absent. */
    private void check(String what, boolean ifPresent, boolean ifAbsent, Consumer<Long> operation) {
        for (final boolean present : new boolean[] {true, false}) {
            cache.clear();
            if (present) {
                cache.put(KEY, value, 0, 8, TTL);
            }
            final long lease = cache.lease(KEY);
            final long unrelated = cache.lease(KEY + 1);
            assertThat(cache.isLeaseCurrent(KEY, lease)).isTrue();
            operation.accept(KEY);
            final boolean outdated = present ? ifPresent : ifAbsent;
            assertThat(cache.isLeaseCurrent(KEY, lease))
                    .as(what + (present ? " of a present key" : " of an absent key"))
                    .isEqualTo(!outdated);
            assertThat(cache.isLeaseCurrent(KEY + 1, unrelated))
                    .as(what + ": a lease on another key")
                    .isEqualTo(!what.equals("clear"));
            final boolean before = cache.contains(KEY);
            assertThat(cache.removeLeased(KEY, lease)).isEqualTo(!outdated && before);
            cache.endLease(KEY, lease);
            cache.endLease(KEY + 1, unrelated);
        }
    }

    @Test
    void writesAndRemovalsOutdateALease() {
        final UnsafeBuffer room = new UnsafeBuffer(new byte[8]);
        final UnsafeBuffer noRoom = new UnsafeBuffer(new byte[7]);
        check("put", true, true, key -> cache.put(key, other, 0, 8));
        check("putIfAbsent", false, true, key -> cache.putIfAbsent(key, other, 0, 8));
        check("replace", true, true, key -> cache.replace(key, other, 0, 8));
        check("compareAndSet", true, true, key -> cache.compareAndSet(key, value, other, 0, 8));
        check(
                "compareAndSet of another value",
                false,
                true,
                key -> cache.compareAndSet(key, other, value, 0, 8));
        check("update", true, true, key -> cache.update(key, view -> view.putByte(0, (byte) 1)));
        check("addAndGetLong", true, true, key -> cache.addAndGetLong(key, 0, 1, 0));
        check("remove", true, true, key -> cache.remove(key));
        check("removeIfEqual", true, true, key -> cache.removeIfEqual(key, value, 0, 8));
        check(
                "removeIfEqual of another",
                false,
                true,
                key -> cache.removeIfEqual(key, other, 0, 8));
        check("getAndRemove", true, true, key -> cache.getAndRemove(key, room, 0));
        check("getAndRemove without room", false, true, key -> cache.getAndRemove(key, noRoom, 0));
        check("clear", true, true, key -> cache.clear());
        check("a batch", true, true, key -> cache.put(batch(key), other));
        check("a leased put", true, true, this::putLeased);
        check("reads", false, false, key -> cache.get(key, room, 0));
        check("contains", false, false, key -> cache.contains(key));
        check("setTtl", false, false, key -> cache.setTtl(key, 5));
        check("persist", false, false, key -> cache.persist(key));
        check("doWork", false, false, key -> cache.doWork());
    }

    private static MultiPut batch(long key) {
        final MultiPut batch = new MultiPut(1);
        batch.add(key, 0, 8);
        return batch;
    }

    private void putLeased(long key) {
        final long mine = cache.lease(key);
        cache.putLeased(key, other, 0, 8, DEFAULT_TTL, mine);
        cache.endLease(key, mine);
    }

    @Test
    void aBufferKeyHasTheSameLeaseAsItsLong() {
        final UnsafeBuffer k = keyBytes;
        check("put", true, true, key -> cache.put(k, 0, 8, other, 0, 8));
        check("putIfAbsent", false, true, key -> cache.putIfAbsent(k, 0, 8, other, 0, 8));
        check("replace", true, true, key -> cache.replace(k, 0, 8, other, 0, 8));
        check("remove", true, true, key -> cache.remove(k, 0, 8));
        check("removeIfEqual", true, true, key -> cache.removeIfEqual(k, 0, 8, value, 0, 8));
        check("addAndGetLong", true, true, key -> cache.addAndGetLong(k, 0, 8, 0, 1, 0));
        check("update", true, true, key -> cache.update(k, 0, 8, view -> {}));
        check("compareAndSet", true, true, key -> cache.compareAndSet(k, 0, 8, value, other, 0, 8));
        cache.put(KEY, value, 0, 8);
        final long lease = cache.lease(k, 0, 8);
        assertThat(cache.isLeaseCurrent(KEY, lease)).isTrue();
        assertThat(cache.isLeaseCurrent(k, 0, 8, lease)).isTrue();
        assertThat(cache.putLeased(k, 0, 8, other, 0, 8, NO_TTL, lease)).isTrue();
        assertThat(cache.isLeaseCurrent(k, 0, 8, lease)).isFalse();
        assertThat(cache.putLeased(k, 0, 8, value, 0, 8, NO_TTL, lease)).isFalse();
        assertThat(cache.removeLeased(k, 0, 8, lease)).isFalse();
        assertThat(cache.contains(KEY)).isTrue();
        cache.endLease(k, 0, 8, lease);
        final long next = cache.lease(k, 0, 8);
        assertThat(cache.removeLeased(k, 0, 8, next)).isTrue();
        cache.endLease(k, 0, 8, next);
    }

    @Test
    void expiryAndEvictionOutdateNoLease() {
        cache.put(KEY, value, 0, 8, TTL);
        final long lease = cache.lease(KEY);
        clock.advance(TTL);
        cache.doWork();
        assertThat(cache.contains(KEY)).isFalse();
        assertThat(cache.isLeaseCurrent(KEY, lease)).isTrue();
        assertThat(cache.putLeased(KEY, value, 0, 8, TTL, lease)).isTrue();
        cache.endLease(KEY, lease);
        final long second = cache.lease(KEY);
        for (long key = 1_000; cache.contains(KEY); key++) {
            cache.put(key, value, 0, 8);
        }
        assertThat(cache.putLeased(KEY, other, 0, 8, TTL, second)).isTrue();
        cache.endLease(KEY, second);
    }

    @Test
    void theFirstOfSeveralHoldersToPutOutdatesTheOthers() {
        final long first = cache.lease(KEY);
        final long second = cache.lease(KEY);
        assertThat(cache.putLeased(KEY, value, 0, 8, TTL, first)).isTrue();
        assertThat(cache.putLeased(KEY, other, 0, 8, TTL, second)).isFalse();
        cache.endLease(KEY, first);
        assertThat(cache.putLeased(KEY, other, 0, 8, TTL, second)).isFalse();
        cache.endLease(KEY, second);
        assertThat(cache.putLeased(KEY, other, 0, 8, TTL, second))
                .as("the lease has ended")
                .isFalse();
    }

    @Test
    void aLeaseTakenAfterAClearIsCurrentWhileAnOlderOneIsHeld() {
        final long old = cache.lease(KEY);
        cache.clear();
        assertThat(cache.isLeaseCurrent(KEY, old)).isFalse();
        final long fresh = cache.lease(KEY);
        assertThat(cache.isLeaseCurrent(KEY, fresh)).isTrue();
        assertThat(cache.isLeaseCurrent(KEY, old)).isFalse();
        cache.clear();
        cache.clear();
        assertThat(cache.isLeaseCurrent(KEY, fresh)).isFalse();
        cache.endLease(KEY, old);
        cache.endLease(KEY, fresh);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, -2, Long.MIN_VALUE})
    void aNumberThatIsNoLeaseIsRefused(long lease) {
        for (final LongConsumer call :
                new LongConsumer[] {
                    no -> cache.putLeased(KEY, value, 0, 8, TTL, no),
                    no -> cache.putLeased(keyBytes, 0, 8, value, 0, 8, TTL, no),
                    no -> cache.removeLeased(KEY, no),
                    no -> cache.removeLeased(keyBytes, 0, 8, no),
                    no -> cache.endLease(KEY, no),
                    no -> cache.endLease(keyBytes, 0, 8, no)
                }) {
            assertThatThrownBy(() -> call.accept(lease))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("lease=" + lease);
        }
        assertThat(cache.size()).isZero();
    }

    @Test
    void aTooLargeValueOutdatesNoLease() {
        final long lease = cache.lease(KEY);
        final UnsafeBuffer large = new UnsafeBuffer(new byte[2 << 20]);
        assertThatThrownBy(() -> cache.putLeased(KEY, large, 0, 2 << 20, TTL, lease))
                .isInstanceOf(EntryTooLargeException.class);
        assertThat(cache.isLeaseCurrent(KEY, lease)).isTrue();
        cache.endLease(KEY, lease);
    }

    @Test
    void leasesMayEndAfterTheCache() {
        final OffHeapCache closed = OffHeapCache.builder().memoryBytes(1 << 16).build();
        final long lease = closed.lease(KEY);
        closed.close();
        closed.endLease(KEY, lease);
        assertThatThrownBy(() -> closed.lease(KEY)).isInstanceOf(IllegalStateException.class);
    }

    /**
     * One thread writes to a source and invalidates the cache after each write, while others load
     * from the source. At the end both hold the same: no load puts an old value back.
     */
    @Test
    void noLoadPutsBackAnInvalidatedValue() throws InterruptedException {
        final int keys = 4;
        final AtomicLong[] source = new AtomicLong[keys];
        for (int i = 0; i < keys; i++) {
            source[i] = new AtomicLong();
        }
        final AtomicLong kept = new AtomicLong();
        final Map<Thread, Throwable> failures = new HashMap<>();
        final Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            final long seed = TestSupport.seed() + t;
            final boolean writes = t == 0;
            threads[t] = new Thread(() -> run(source, new Random(seed), writes, kept));
            threads[t].setUncaughtExceptionHandler(failures::put);
            threads[t].start();
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(kept.get()).as("loads that were kept").isPositive();
        for (int key = 0; key < keys; key++) {
            assertThat(cache.getLong(key, 0, source[key].get())).isEqualTo(source[key].get());
        }
    }

    private void run(AtomicLong[] source, Random random, boolean writes, AtomicLong kept) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[8]);
        for (int i = 0; i < 50_000; i++) {
            final int key = random.nextInt(source.length);
            if (writes) {
                source[key].incrementAndGet();
                cache.remove(key);
            } else {
                final long lease = cache.lease(key);
                bytes.putLong(0, source[key].get());
                if (cache.putLeased(key, bytes, 0, 8, NO_TTL, lease)) {
                    kept.incrementAndGet();
                }
                cache.endLease(key, lease);
            }
        }
    }
}
