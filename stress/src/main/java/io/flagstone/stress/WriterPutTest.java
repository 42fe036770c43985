// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import org.agrona.MutableDirectBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A writer writes a new value in a chunk that no reader can find, and the index then refers to it.
 * A reader sees the old value or the new one, never the zeros that the writer found.
 */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "the old value")
@Outcome(id = "22", expect = Expect.ACCEPTABLE, desc = "the new value")
@Outcome(expect = Expect.FORBIDDEN, desc = "a value that was not written, or none")
@State
public class WriterPutTest {
    private final long key = SharedCache.nextKey();

    public WriterPutTest() {
        SharedCache.CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void writer() {
        SharedCache.CACHE.put(
                key, SharedCache.VALUE_BYTES, Long.MAX_VALUE, WriterPutTest::writeTwos);
    }

    private static void writeTwos(MutableDirectBuffer value) {
        for (int i = 0; i < value.capacity(); i += Long.BYTES) {
            value.putLong(i, 2);
        }
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = SharedCache.read(key);
    }
}
