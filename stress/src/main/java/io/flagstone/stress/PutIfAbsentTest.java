// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Of two threads that put a key if it is absent one succeeds, and its value stays. */
@JCStressTest
@Outcome(id = "1, 0, 11", expect = Expect.ACCEPTABLE, desc = "the first one's")
@Outcome(id = "0, 1, 22", expect = Expect.ACCEPTABLE, desc = "the second one's")
@Outcome(expect = Expect.FORBIDDEN, desc = "both, neither, or the loser's value")
@State
public class PutIfAbsentTest {
    private final long key = SharedCache.nextKey();

    @Actor
    public void first(III_Result result) {
        result.r1 =
                SharedCache.CACHE.putIfAbsent(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES)
                        ? 1
                        : 0;
    }

    @Actor
    public void second(III_Result result) {
        result.r2 =
                SharedCache.CACHE.putIfAbsent(key, SharedCache.value(2), 0, SharedCache.VALUE_BYTES)
                        ? 1
                        : 0;
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r3 = SharedCache.read(key);
    }
}
