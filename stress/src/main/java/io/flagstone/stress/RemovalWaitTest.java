// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * One thread writes a value in place under its stripe. Another puts a key for which that entry is
 * evicted and its chunk is recycled. The eviction waits for the writer, and a writer that comes
 * later sees that the entry has left: so it never writes into the other key's entry.
 */
@JCStressTest
@Outcome(id = "33, -1", expect = Expect.ACCEPTABLE, desc = "written, then evicted")
@Outcome(id = "-1, 22", expect = Expect.ACCEPTABLE, desc = "inserted again in the other's place")
@Outcome(expect = Expect.FORBIDDEN, desc = "the writer's value in the other key's entry, or torn")
@State
public class RemovalWaitTest {
    private static final long KEY = 1;
    private static final long OTHER = 2;
    private static final int LENGTH = 256;

    private final OffHeapCache cache =
            SmallCache.builder().maxEntries(1).promotionDistance(1.0).build();
    private final UnsafeBuffer written = SharedCache.value(2, LENGTH);
    private final UnsafeBuffer inserted = SharedCache.value(3, LENGTH);

    public RemovalWaitTest() {
        SmallCache.putFirst(cache, KEY, LENGTH);
    }

    @Actor
    public void updater() {
        cache.put(KEY, written, 0, LENGTH);
    }

    @Actor
    public void evictor() {
        cache.put(OTHER, inserted, 0, LENGTH);
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r1 = SharedCache.read(cache, OTHER);
        result.r2 = SharedCache.read(cache, KEY);
    }
}
