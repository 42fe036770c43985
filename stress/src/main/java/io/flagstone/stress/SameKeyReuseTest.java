// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A key is removed, then put into the same chunk with another length. The test fails if a reader
 * combines the length of one entry with the bytes of the other.
 */
@JCStressTest
@Outcome(id = "11, 2048", expect = Expect.ACCEPTABLE, desc = "the old value")
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "a miss, between removal and put")
@Outcome(id = "22, 1960", expect = Expect.ACCEPTABLE, desc = "the new value")
@Outcome(expect = Expect.FORBIDDEN, desc = "a torn value, or the wrong length")
@State
public class SameKeyReuseTest {
    private static final int SHORTER = 1960;

    private final long key = SharedCache.nextKey();

    public SameKeyReuseTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void writer() {
        SharedCache.CACHE.remove(key);
        SharedCache.CACHE.put(key, SharedCache.value(2, SHORTER), 0, SHORTER);
    }

    @Actor
    public void reader(II_Result result) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[SharedCache.VALUE_BYTES]);
        result.r2 = SharedCache.CACHE.get(key, destination, 0);
        result.r1 = result.r2 < 0 ? -1 : SharedCache.digits(destination, result.r2);
    }
}
