// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A reader of a value that is overwritten in place gets the old or the new value, whole. */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "the old value")
@Outcome(id = "22", expect = Expect.ACCEPTABLE, desc = "the new value")
@Outcome(expect = Expect.FORBIDDEN, desc = "a torn value, or a miss")
@State
public class OverwriteTest {
    private final long key = SharedCache.nextKey();

    public OverwriteTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void writer() {
        SharedCache.CACHE.put(key, SharedCache.value(2), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = SharedCache.read(key);
    }
}
