// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.feed.ChangeFeed;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Threads write the same keys while another one follows and synchronises. When they pause, the
 * follower has what the cache has. With a small ring there are gaps in between.
 */
class FeedConcurrencyTest {
    private static final int ROUNDS = Integer.getInteger("flagstone.test.feed.rounds", 12);
    private static final int THREADS = 3;
    private static final int OPERATIONS = 4_000;
    private static final int MAX_VALUE = 700;
    private static final int MANY_COPIES = 16;

    private final TestClock clock = new TestClock();

    private FeedFollower follow(int ringBytes) throws Exception {
        final long seed = TestSupport.seed();
        System.out.println("FeedConcurrencyTest " + ringBytes + " seed " + seed);
        final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(160 << 10)
                        .segments(2)
                        .slabBytes(1 << 11)
                        .tickNs(1_000)
                        .rebalanceBudget(3)
                        .hashSeed(7)
                        .clock(clock)
                        .epochClock(clock::nanoTime)
                        .changeFeedBytes(ringBytes)
                        .build()) {
            final ChangeFeed feed = cache.changeFeed();
            final FeedFollower follower = new FeedFollower(feed, clock);
            final SplittableRandom random = new SplittableRandom(seed);
            for (int round = 0; round < ROUNDS; round++) {
                final List<Future<?>> writers = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    final RandomOperations operations =
                            new RandomOperations(cache, clock, random.split(), MAX_VALUE);
                    writers.add(threads.submit(() -> operations.operate(OPERATIONS)));
                }
                while (writers.stream().anyMatch(writer -> !writer.isDone())) {
                    feed.poll(follower, MANY_COPIES);
                    if (random.nextInt(500) == 0) {
                        feed.synchronise();
                    }
                }
                for (final Future<?> writer : writers) {
                    writer.get();
                }
                follower.drain();
                while (!follower.isFollowing()) {
                    feed.synchronise();
                    follower.drain();
                }
                assertThat(follower.live())
                        .as("round %d", round)
                        .isEqualTo(ImageTaker.contents(cache, clock.nanoTime()));
                TestSupport.assertClean(cache);
            }
            assertThat(follower.synchronisations).isPositive();
            return follower;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theFollowerHasWhatThreadsWrote() throws Exception {
        assertThat(follow(1 << 24).gaps).isZero();
    }

    @Test
    void aGapIsNeverMissed() throws Exception {
        assertThat(follow(1 << 14).gaps).isPositive();
    }
}
