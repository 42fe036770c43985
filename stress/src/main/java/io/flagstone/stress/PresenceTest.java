// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A key is overwritten in place and by a move to another size class, and is never absent. The test
 * fails if a move removes the old entry from the index before it inserts the new one. Values are
 * small and each state removes its key, so nothing is ever evicted.
 */
@JCStressTest
@Outcome(id = "1, 1, (11|22|33)", expect = Expect.ACCEPTABLE, desc = "present every time")
@Outcome(expect = Expect.FORBIDDEN, desc = "a miss, or a torn value")
@State
public class PresenceTest {
    private static final int LENGTH = 64;
    private static final int LONGER = 128;

    private final long key = SharedCache.nextKey();

    public PresenceTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1, LENGTH), 0, LENGTH);
    }

    @Actor
    public void writer() {
        SharedCache.CACHE.put(key, SharedCache.value(2, LONGER), 0, LONGER);
        SharedCache.CACHE.put(key, SharedCache.value(3, LONGER), 0, LONGER);
        SharedCache.CACHE.put(key, SharedCache.value(1, LENGTH), 0, LENGTH);
    }

    @Actor
    public void reader(III_Result result) {
        result.r1 = SharedCache.CACHE.contains(key) ? 1 : 0;
        result.r2 = SharedCache.CACHE.remainingTtlNs(key) == OffHeapCache.NO_TTL ? 1 : 0;
        result.r3 = SharedCache.read(key);
    }

    @Arbiter
    public void arbiter(III_Result result) {
        SharedCache.CACHE.remove(key);
    }
}
