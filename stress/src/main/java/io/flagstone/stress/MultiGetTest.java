// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.MultiGet;
import io.flagstone.OffHeapCache;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A batch works in stages and reads each value as correctly as a single get. The test fails if a
 * late stage trusts an early stage's result that a writer has changed since. One key is overwritten
 * in place. The other key is removed, and its chunk goes to a third key.
 */
@JCStressTest
@Outcome(id = "11, 11", expect = Expect.ACCEPTABLE, desc = "before both writes")
@Outcome(id = "22, 11", expect = Expect.ACCEPTABLE, desc = "after the overwrite")
@Outcome(id = "22, -1", expect = Expect.ACCEPTABLE, desc = "after the removal")
@Outcome(id = "11, -1", expect = Expect.ACCEPTABLE, desc = "a batch is not a snapshot")
@Outcome(expect = Expect.FORBIDDEN, desc = "a torn value, or the third key's value")
@State
public class MultiGetTest {
    private static final int LENGTH = SharedCache.VALUE_BYTES;

    private final long key = SharedCache.nextKey();
    private final long other = SharedCache.nextKey();

    public MultiGetTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, LENGTH);
        SharedCache.CACHE.put(other, SharedCache.value(1), 0, LENGTH);
    }

    @Actor
    public void writer() {
        SharedCache.CACHE.put(key, SharedCache.value(2), 0, LENGTH);
        SharedCache.CACHE.remove(other);
        SharedCache.CACHE.put(other + 1, SharedCache.value(3), 0, LENGTH);
    }

    @Actor
    public void reader(II_Result result) {
        final MultiGet batch = new MultiGet(2);
        batch.add(key);
        batch.add(other);
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[2 * LENGTH]);
        SharedCache.CACHE.get(batch, destination, 0);
        result.r1 = digits(batch, destination, 0);
        result.r2 = digits(batch, destination, 1);
    }

    private static int digits(MultiGet batch, UnsafeBuffer destination, int number) {
        final int length = batch.length(number);
        return length == OffHeapCache.NOT_FOUND
                ? -1
                : SharedCache.digits(
                        new UnsafeBuffer(destination, batch.offset(number), length), length);
    }
}
