// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Every read is counted. The test fails if two threads update one counter without a lock. */
@JCStressTest
@Outcome(id = "4, 4", expect = Expect.ACCEPTABLE, desc = "every hit and every miss was counted")
@Outcome(expect = Expect.FORBIDDEN, desc = "a read was not counted, or counted twice")
@State
public class StatisticsTest {
    private final OffHeapCache cache = SmallCache.create();

    @Actor
    public void first() {
        hitAndMissTwice();
    }

    @Actor
    public void second() {
        hitAndMissTwice();
    }

    private void hitAndMissTwice() {
        for (int i = 0; i < 2; i++) {
            SharedCache.read(cache, SmallCache.KEY);
            SharedCache.read(cache, SmallCache.KEY + 1);
        }
    }

    @Arbiter
    public void arbiter(II_Result result) {
        final CacheStatistics statistics = cache.statistics();
        result.r1 = (int) statistics.hits();
        result.r2 = (int) statistics.misses();
    }
}
