// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads exchange the same number for another, and one of them wins. */
@JCStressTest
@Outcome(id = "1, 0, 2", expect = Expect.ACCEPTABLE, desc = "the first thread wins")
@Outcome(id = "0, 1, 3", expect = Expect.ACCEPTABLE, desc = "the second thread wins")
@Outcome(expect = Expect.FORBIDDEN, desc = "two winners, none, or a number of neither")
@State
public class CompareAndSetLongTest {
    private final long key = SharedCache.nextKey();

    public CompareAndSetLongTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1, Long.BYTES), 0, Long.BYTES);
    }

    @Actor
    public void first(III_Result result) {
        result.r1 = SharedCache.CACHE.compareAndSetLong(key, 0, 1, 2) ? 1 : 0;
    }

    @Actor
    public void second(III_Result result) {
        result.r2 = SharedCache.CACHE.compareAndSetLong(key, 0, 1, 3) ? 1 : 0;
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r3 = (int) SharedCache.CACHE.getLong(key, 0, -1);
    }
}
