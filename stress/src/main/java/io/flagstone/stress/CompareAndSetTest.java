// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads expect the same value, and exactly one succeeds. The test fails if comparing and
 * writing are not one atomic step.
 */
@JCStressTest
@Outcome(id = "1, 0, 22", expect = Expect.ACCEPTABLE, desc = "the first thread succeeded")
@Outcome(id = "0, 1, 33", expect = Expect.ACCEPTABLE, desc = "the second thread succeeded")
@Outcome(expect = Expect.FORBIDDEN, desc = "both succeeded, neither, or the wrong value stayed")
@State
public class CompareAndSetTest {
    private final long key = SharedCache.nextKey();

    public CompareAndSetTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void first(III_Result result) {
        result.r1 = compareAndSet(2) ? 1 : 0;
    }

    @Actor
    public void second(III_Result result) {
        result.r2 = compareAndSet(3) ? 1 : 0;
    }

    private boolean compareAndSet(int digit) {
        return SharedCache.CACHE.compareAndSet(
                key, SharedCache.value(1), SharedCache.value(digit), 0, SharedCache.VALUE_BYTES);
    }

    @Arbiter
    public void arbiter(III_Result result) {
        result.r3 = SharedCache.read(key);
    }
}
