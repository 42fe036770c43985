// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.testing.TestSupport.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of two operations on a cache with a feed in which the second runs as a whole,
 * or up to where it has to wait, between two accesses to memory of the first. The second may be a
 * synchronisation. Afterwards a follower of the feed has what the cache has.
 */
@Tag("any-jdk")
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
        cache.put(key, value(letter, length), 0, length);
    }

    private void synchronise() {
        cache.changeFeed().synchronise();
        follower.drain();
    }

    private long accesses(Step step) {
        open();
        final long accesses = Interleaving.accesses(() -> step.call().accept(this));
        cache.close();
        return accesses;
    }

    private void everyInterleaving(Step first, Step second) throws Exception {
        final long accesses = accesses(first);
        for (long access = 1; access <= accesses; access++) {
            final String at = first + ", " + second + " at access " + access + " of " + accesses;
            open();
            final FutureTask<Void> task = new FutureTask<>(() -> second.call().accept(this), null);
            Interleaving.run(() -> first.call().accept(this), access, task);
            task.get();
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
