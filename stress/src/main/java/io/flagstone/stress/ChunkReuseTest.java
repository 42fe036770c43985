// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A removed entry's chunk goes to another key. A read of the old key never returns its bytes. */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "before the removal")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "after the removal")
@Outcome(expect = Expect.FORBIDDEN, desc = "the other key's value, or a torn value")
@State
public class ChunkReuseTest {
    private final long key = SharedCache.nextKey();

    public ChunkReuseTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void writer() {
        SharedCache.CACHE.remove(key);
        SharedCache.CACHE.put(key + 1, SharedCache.value(2), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = SharedCache.read(key);
    }
}
