// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A reader of a key that is being inserted gets a miss or the whole value. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "before the insertion")
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "after the insertion")
@Outcome(expect = Expect.FORBIDDEN, desc = "a half-written value")
@State
public class InsertionTest {
    private final long key = SharedCache.nextKey();

    @Actor
    public void writer() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = SharedCache.read(key);
    }
}
