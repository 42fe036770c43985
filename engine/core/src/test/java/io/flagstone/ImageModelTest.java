// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations between the steps of an image, in caches so small that entries move and leave
 * all the time. The image is always that of the moment when it began.
 */
class ImageModelTest {
    private static final int ROUNDS = Integer.getInteger("flagstone.test.images", 150);

    /** Configurations, each of which changes entries in another way. */
    enum Scenario {
        TINY_SLABS(24 << 10, 1 << 10, 900),
        REBALANCING(160 << 10, 1 << 11, 1_500),
        RUNS(1 << 20, 0, 16_000),
        RECYCLING(48 << 10, 1 << 12, 60),
        SLIDING(64 << 10, 1 << 11, 300),
        FILTERED(64 << 10, 1 << 11, 700),
        EXACT(64 << 10, 1 << 11, 300),
        HANDLED(64 << 10, 1 << 11, 300);

        final int bytes;
        final int slabBytes;
        final int maxValue;

        Scenario(int bytes, int slabBytes, int maxValue) {
            this.bytes = bytes;
            this.slabBytes = slabBytes;
            this.maxValue = maxValue;
        }

        OffHeapCache open(TestClock clock) {
            final CacheBuilder builder =
                    OffHeapCache.builder()
                            .memoryBytes(bytes)
                            .segments(1)
                            .tickNs(1_000)
                            .promotionDistance(this == EXACT ? 0 : 0.1)
                            .rebalanceBudget(3)
                            .hashSeed(7)
                            .clock(clock);
            if (this != RUNS) {
                builder.slabBytes(slabBytes);
            }
            switch (this) {
                case SLIDING -> builder.expireAfterAccessNs(20_000);
                case FILTERED -> builder.admissionFilter(true);
                case HANDLED -> builder.removalHandler((cause, key, value) -> {});
                default -> {}
            }
            return builder.build();
        }
    }

    private final TestClock clock = new TestClock();

    @ParameterizedTest
    @EnumSource
    void theImageIsOfItsMoment(Scenario chosen) {
        final long seed = TestSupport.seed() + chosen.ordinal();
        System.out.println("ImageModelTest " + chosen + " seed " + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        final OffHeapCache cache = chosen.open(clock);
        final RandomOperations operations =
                new RandomOperations(cache, clock, random, chosen.maxValue);
        final ImageTaker taker = new ImageTaker(cache);
        for (int round = 0; round < ROUNDS; round++) {
            operations.operate(random.nextInt(1_500));
            final Map<String, String> expected = ImageTaker.contents(cache, clock.nanoTime());
            taker.begin();
            final int pace = 1 + random.nextInt(20);
            do {
                operations.operate(random.nextInt(pace));
            } while (taker.step(1 + random.nextInt(8)));
            taker.end();
            assertThat(taker.image.failure()).isNull();
            assertThat(taker.entries).as("round %d", round).isEqualTo(expected);
            TestSupport.assertClean(cache);
        }
        cache.close();
    }
}
