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

    private final TestClock clock = new TestClock();

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SEGMENTS")
    void theImageIsOfItsMoment(SmallCache chosen) {
        final long seed = TestSupport.seed() + chosen.ordinal();
        System.out.println("ImageModelTest " + chosen + " seed " + seed);
        final SplittableRandom random = new SplittableRandom(seed);
        final OffHeapCache cache = chosen.builder(clock).build();
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
