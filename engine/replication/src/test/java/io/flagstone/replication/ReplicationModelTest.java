// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random schedules of writes, gaps, slow and killed replicas, joins and promotions. A replica
 * always holds what its primary held at some moment, moments never go back, and a promoted replica
 * holds what it had acknowledged.
 *
 * <p>{@code -Dflagstone.test.schedules=1000} runs more of them. The name of a test has its seed:
 * {@code -Dflagstone.test.seed=N} begins with it.
 */
class ReplicationModelTest {
    /**
     * A schedule compares its replicas after each step, except while they join. Slow agents may
     * join at its end only.
     */
    private static final int LEAST_COMPARISONS = 50;

    private static int schedules;
    private static long comparisons;

    @AfterAll
    static void schedulesCompareReplicas() {
        assertThat(comparisons)
                .as("comparisons of %d schedules", schedules)
                .isGreaterThan((long) LEAST_COMPARISONS * schedules);
    }

    static LongStream seeds() {
        return LongStream.concat(
                LongStream.of(TestSupport.seed()),
                new SplittableRandom(TestSupport.seed())
                        .longs(Integer.getInteger("flagstone.test.schedules", 30) - 1L));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aReplicaHoldsWhatItsPrimaryHeld(long seed) {
        try (Schedule schedule = new Schedule(seed)) {
            schedule.run();
            schedules++;
            comparisons += schedule.comparisons();
        }
    }
}
