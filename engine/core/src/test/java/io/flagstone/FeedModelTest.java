// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations on caches so small that entries move and leave all the time. A follower of the
 * feed has what the cache has, with deadlines, whenever it has read all and no gap came.
 */
class FeedModelTest {
    private static final int ROUNDS =
            Integer.getInteger("flagstone.test.feeds", TestSupport.repetitions(120));
    private static final int RING_BYTES = 1 << 20;
    private static final int RING_FOR_RUNS_BYTES = 1 << 23;

    /** So small that synchronisations wait for room, and gaps are frequent. */
    private static final int SMALL_RING_BYTES = 1 << 14;

    @TempDir private Path directory;
    private final TestClock clock = new TestClock();

    @ParameterizedTest
    @EnumSource
    void theFollowerHasWhatTheCacheHas(SmallCache kind) throws IOException {
        final int ringBytes = kind == SmallCache.RUNS ? RING_FOR_RUNS_BYTES : RING_BYTES;
        assertThat(follow(kind, builder -> builder.changeFeedBytes(ringBytes)).gaps).isZero();
    }

    @Test
    void theFollowerOfACacheWithADirectoryHasWhatThatHas() throws IOException {
        final FeedFollower follower =
                follow(
                        SmallCache.REBALANCING,
                        builder ->
                                builder.changeFeedBytes(RING_BYTES)
                                        .directory(directory.resolve("cache"))
                                        .restartListener(report -> {}));
        assertThat(follower.gaps).isZero();
    }

    @Test
    void theFollowerHasWhatTheCacheHasBetweenGaps() throws IOException {
        final FeedFollower follower =
                follow(
                        SmallCache.REBALANCING,
                        builder -> builder.changeFeedBytes(SMALL_RING_BYTES));
        assertThat(follower.gaps).isPositive();
    }

    private FeedFollower follow(SmallCache kind, UnaryOperator<CacheBuilder> settings)
            throws IOException {
        final long seed = TestSupport.seed() + kind.ordinal();
        System.out.println("FeedModelTest " + kind + " seed " + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        final OffHeapCache cache =
                settings.apply(kind.builder(clock).epochClock(clock::nanoTime)).build();
        final RandomOperations operations =
                new RandomOperations(cache, clock, random, kind.maxValue);
        final FeedFollower follower = new FeedFollower(cache.changeFeed(), clock);
        int compared = 0;
        for (int round = 0; round < ROUNDS; round++) {
            final int pace = 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 20);
            for (int step = random.nextInt(100); step > 0; step--) {
                operations.operate(random.nextInt(pace));
                if (random.nextInt(3) > 0) {
                    cache.changeFeed().poll(follower, 1 + random.nextInt(20));
                }
                if (random.nextInt(40) == 0) {
                    cache.changeFeed().synchronise();
                }
            }
            if (round % 50 == 49) {
                cache.checkpoint(directory.resolve("checkpoints"));
            }
            if (!follower.isFollowing()) {
                cache.changeFeed().synchronise();
            }
            follower.drain();
            if (follower.isFollowing()) {
                compared++;
                assertThat(follower.live())
                        .as("round %d", round)
                        .isEqualTo(ImageTaker.contents(cache, clock.nanoTime()));
            }
            TestSupport.assertClean(cache);
        }
        System.out.printf(
                "FeedModelTest %s: compared %d times, %d synchronisations, %d copies, %d gaps%n",
                kind, compared, follower.synchronisations, follower.copies, follower.gaps);
        assertThat(compared).isGreaterThan(ROUNDS / 2);
        assertThat(follower.synchronisations).isPositive();
        cache.close();
        return follower;
    }
}
