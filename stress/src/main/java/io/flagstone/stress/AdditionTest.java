// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads add to the same value. Both additions count, and each thread gets its own sum. */
@JCStressTest
@Outcome(id = "1, 2, 2", expect = Expect.ACCEPTABLE, desc = "the first thread, then the second")
@Outcome(id = "2, 1, 2", expect = Expect.ACCEPTABLE, desc = "the second thread, then the first")
@Outcome(expect = Expect.FORBIDDEN, desc = "an addition was lost")
@State
public class AdditionTest {
    private final long key = SharedCache.nextKey();

    public AdditionTest() {
        SharedCache.CACHE.put(key, new UnsafeBuffer(new byte[8]), 0, 8);
    }

    @Actor
    public void first(III_Result result) {
        result.r1 = (int) SharedCache.CACHE.addAndGetLong(key, 0, 1, -1);
    }

    @Actor
    public void second(III_Result result) {
        result.r2 = (int) SharedCache.CACHE.addAndGetLong(key, 0, 1, -1);
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r3 = (int) SharedCache.CACHE.addAndGetLong(key, 0, 0, -1);
    }
}
