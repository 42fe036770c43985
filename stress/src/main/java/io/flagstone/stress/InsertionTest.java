// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A key is absent or whole while it is inserted: fails if it can be found before it is written. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "after")
@Outcome(expect = Expect.FORBIDDEN, desc = "half-written")
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
