// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations on caches so small that entries move and leave all the time. A follower of the
 * feed has what the cache has, with deadlines, whenever it has read all and no gap came.
 */
class FeedModelTest {
    private static final int ROUNDS = Integer.getInteger("flagstone.test.feeds", 120);
    private static final int LARGE_RING = 1 << 20;

    /** Configurations, each of which changes entries in another way. */
    enum Scenario {
        TINY_SLABS(24 << 10, 1 << 10, 900, LARGE_RING),
        REBALANCING(160 << 10, 1 << 11, 1_500, LARGE_RING),
        RUNS(1 << 20, 0, 16_000, 1 << 23),
        RECYCLING(48 << 10, 1 << 12, 60, LARGE_RING),
        SLIDING(64 << 10, 1 << 11, 300, LARGE_RING),
        FILTERED(64 << 10, 1 << 11, 700, LARGE_RING),
        EXACT(64 << 10, 1 << 11, 300, LARGE_RING),
        HANDLED(64 << 10, 1 << 11, 300, LARGE_RING),
        SEGMENTS(128 << 10, 1 << 11, 300, LARGE_RING),
        PERSISTENT(160 << 10, 1 << 11, 1_500, LARGE_RING),
        /** So small that synchronisations wait for room, and gaps are frequent. */
        SMALL_RING(160 << 10, 1 << 11, 1_500, 1 << 14);

        final int bytes;
        final int slabBytes;
        final int maxValue;
        final int ringBytes;

        Scenario(int bytes, int slabBytes, int maxValue, int ringBytes) {
            this.bytes = bytes;
            this.slabBytes = slabBytes;
            this.maxValue = maxValue;
            this.ringBytes = ringBytes;
        }

        OffHeapCache open(TestClock clock, Path directory) {
            final CacheBuilder builder =
                    OffHeapCache.builder()
                            .memoryBytes(bytes)
                            .segments(this == SEGMENTS ? 4 : 1)
                            .tickNs(1_000)
                            .promotionDistance(this == EXACT ? 0 : 0.1)
                            .rebalanceBudget(3)
                            .hashSeed(7)
                            .changeFeedBytes(ringBytes)
                            .epochClock(clock::nanoTime)
                            .clock(clock);
            if (this != RUNS) {
                builder.slabBytes(slabBytes);
            }
            switch (this) {
                case SLIDING -> builder.expireAfterAccessNs(20_000);
                case FILTERED -> builder.admissionFilter(true);
                case HANDLED -> builder.removalHandler((cause, key, value) -> {});
                case PERSISTENT -> builder.directory(directory).restartListener(report -> {});
                default -> {}
            }
            return builder.build();
        }
    }

    @TempDir private Path directory;
    private final TestClock clock = new TestClock();

    @ParameterizedTest
    @EnumSource
    void theFollowerHasWhatTheCacheHas(Scenario scenario) throws Exception {
        final long seed = TestSupport.seed() + scenario.ordinal();
        System.out.println("FeedModelTest " + scenario + " seed " + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        final OffHeapCache cache = scenario.open(clock, directory.resolve("cache"));
        final RandomOperations operations =
                new RandomOperations(cache, clock, random, scenario.maxValue);
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
                scenario, compared, follower.synchronisations, follower.copies, follower.gaps);
        assertThat(compared).isGreaterThan(ROUNDS / 2);
        assertThat(follower.synchronisations).isPositive();
        assertThat(follower.gaps > 0).isEqualTo(scenario == Scenario.SMALL_RING);
        cache.close();
    }
}
