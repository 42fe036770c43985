// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.agrona.MutableDirectBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The callbacks of {@code update} change a plain field, which the segment's lock guards. The test
 * fails if two callbacks run at once, or if the release of the lock does not publish the field.
 */
@JCStressTest
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "every update counted")
@Outcome(expect = Expect.FORBIDDEN, desc = "an update was lost")
@State
public class UpdateTest {
    private final long key = SharedCache.nextKey();
    private int count;

    public UpdateTest() {
        SharedCache.CACHE.put(key, SharedCache.value(0, Long.BYTES), 0, Long.BYTES);
    }

    @Actor
    public void first() {
        SharedCache.CACHE.update(key, this::increment);
    }

    @Actor
    public void second() {
        SharedCache.CACHE.update(key, this::increment);
    }

    private void increment(MutableDirectBuffer value) {
        count++;
        value.putLong(0, value.getLong(0) + 1);
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r1 = count;
        result.r2 = (int) SharedCache.CACHE.addAndGetLong(key, 0, 0, -1);
    }
}
