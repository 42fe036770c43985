// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two threads call {@code putIfAbsent} on the same key. One succeeds, and its value stays. */
@JCStressTest
@Outcome(id = "1, 0, 11", expect = Expect.ACCEPTABLE, desc = "the first thread succeeded")
@Outcome(id = "0, 1, 22", expect = Expect.ACCEPTABLE, desc = "the second thread succeeded")
@Outcome(expect = Expect.FORBIDDEN, desc = "both succeeded, neither, or the wrong value stayed")
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
