// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of two operations on a cache with a feed in which the second runs as a whole,
 * or up to where it has to wait, between two accesses to memory of the first. The second may be a
 * synchronisation. Afterwards a follower of the feed has what the cache has.
 */
class FeedInterleavingTest {
    private static final long KEY = 1;
    private static final int LENGTH = 64;
    private static final int LONGER = 200;
    private static final int ENTRIES = 8;
    private static final long TTL = 10_000;
    private static final int RING_BYTES = 1 << 14;

    /** An operation. */
    private record Step(String name, Consumer<FeedInterleavingTest> call) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Step> FIRST =
            List.of(
                    new Step("put", t -> t.put(KEY, 'p', LENGTH)),
                    new Step("add", t -> t.cache.addAndGetLong(KEY, 8, 0x0101010101010101L, -1)),
                    new Step("put longer", t -> t.put(KEY, 'l', LONGER)),
                    new Step("set a deadline", t -> t.cache.setTtl(KEY, TTL)),
                    new Step("evict", t -> t.put(100, 'r', LENGTH)),
                    new Step("remove", t -> t.cache.remove(KEY)));

    private static final List<Step> SECOND =
            List.of(
                    new Step("put", t -> t.put(KEY, 'q', LENGTH)),
                    new Step("put longer", t -> t.put(KEY, 'm', LONGER)),
                    new Step("set a deadline", t -> t.cache.setTtl(KEY, 2 * TTL)),
                    new Step("evict", t -> t.put(101, 's', LENGTH)),
                    new Step("remove", t -> t.cache.remove(KEY)),
                    new Step("synchronise", FeedInterleavingTest::synchronise));

    private final TestClock clock = new TestClock(1_000);
    private OffHeapCache cache;
    private FeedFollower follower;

    private void open() {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(96 << 10)
                        .maxEntries(ENTRIES)
                        .segments(1)
                        .slabBytes(1 << 10)
                        .tickNs(1_000)
                        .promotionDistance(1.0)
                        .hashSeed(7)
                        .clock(clock)
                        .epochClock(clock::nanoTime)
                        .changeFeedBytes(RING_BYTES)
                        .build();
        follower = new FeedFollower(cache.changeFeed(), clock);
        for (long key = KEY; key < KEY + ENTRIES; key++) {
            put(key, 'a', LENGTH);
        }
        // Not an insertion: after one, a put takes the lock.
        put(KEY + 1, 'b', LENGTH - 1);
        follower.drain();
    }

    private void put(long key, char letter, int length) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) letter);
        cache.put(key, value, 0, length);
    }

    private void synchronise() {
        cache.changeFeed().synchronise();
        follower.drain();
    }

    private long accesses(Step step) {
        open();
        AccessFaults.arm(0, false, null);
        step.call().accept(this);
        final long accesses = AccessFaults.disarm();
        cache.close();
        return accesses;
    }

    private void interleave(Step first, long access, FutureTask<Void> second) throws Exception {
        final Thread other = new Thread(second, "second");
        AccessFaults.interrupt(
                access,
                () -> {
                    other.start();
                    while (!second.isDone() && other.getState() != Thread.State.TIMED_WAITING) {
                        LockSupport.parkNanos(20_000);
                    }
                });
        try {
            first.call().accept(this);
        } finally {
            AccessFaults.disarm();
        }
        second.get();
    }

    private void everyInterleaving(Step first, Step second) throws Exception {
        final long accesses = accesses(first);
        for (long access = 1; access <= accesses; access++) {
            final String at = first + ", " + second + " at access " + access + " of " + accesses;
            open();
            interleave(first, access, new FutureTask<>(() -> second.call().accept(this), null));
            follower.drain();
            assertThat(follower.live())
                    .as(at)
                    .isEqualTo(ImageTaker.contents(cache, clock.nanoTime()));
            synchronise();
            assertThat(follower.gaps).as(at).isZero();
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    @Test
    void theFollowerHasWhatTwoOperationsLeft() throws Exception {
        for (final Step first : FIRST) {
            for (final Step second : SECOND) {
                everyInterleaving(first, second);
            }
        }
    }
}
