// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A large value is overwritten until its old chunk is used again, and is updated in place. Other
 * keys change all the time, so the segment's version cannot validate the copy of a reader. The test
 * fails if the version of the slab does not.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "one whole value")
@Outcome(expect = Expect.FORBIDDEN, desc = "a miss, or a torn value")
@State
public class LargeValueTest {
    private static final int LENGTH = 10_000;
    private static final long KEY = -1;
    private static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(256 << 10).slabBytes(32 << 10).segments(1).build();
    private static final UnsafeBuffer[] VALUES = {
        SharedCache.value(1, LENGTH), SharedCache.value(2, LENGTH), SharedCache.value(3, LENGTH)
    };

    static {
        CACHE.put(KEY, VALUES[0], 0, LENGTH);
    }

    /** Synchronized in case two writers ever run at once. */
    private static synchronized void write() {
        for (final UnsafeBuffer value : VALUES) {
            CACHE.put(KEY, value, 0, LENGTH);
            CACHE.put(SharedCache.nextKey(), value, 0, Long.BYTES);
        }
        CACHE.update(KEY, bytes -> bytes.putBytes(0, VALUES[0], 0, LENGTH));
    }

    @Actor
    public void writer() {
        write();
    }

    @Actor
    public void reader(I_Result result) {
        final UnsafeBuffer destination = new UnsafeBuffer(new byte[LENGTH]);
        final int length = CACHE.get(KEY, destination, 0);
        result.r1 =
                length == LENGTH && SharedCache.digits(destination, length) % 11 == 0 ? 0 : length;
    }
}
