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
 * A batch in stages reads each value as a single get does: fails if what an early stage found is
 * believed by a later one after a writer was there. One key is overwritten in place, the other is
 * removed and its chunk given to a third.
 */
@JCStressTest
@Outcome(id = "11, 11", expect = Expect.ACCEPTABLE, desc = "before")
@Outcome(id = "22, 11", expect = Expect.ACCEPTABLE, desc = "the one overwritten")
@Outcome(id = "22, -1", expect = Expect.ACCEPTABLE, desc = "after")
@Outcome(id = "11, -1", expect = Expect.ACCEPTABLE, desc = "keys of a batch are not one moment's")
@Outcome(expect = Expect.FORBIDDEN, desc = "torn, or the third key's")
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
