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
 * An entry's slab is drained and goes to another size class, with another chunk size. A reader gets
 * the whole value or a miss. The test fails if a reader does not notice that the chunk it found is
 * gone. The cache has few slabs, so the two sizes keep taking slabs from each other.
 */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "a hit")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "a miss: the entry was evicted")
@Outcome(expect = Expect.FORBIDDEN, desc = "bytes of the other size class")
@State
public class SlabReassignmentTest {
    private static final int SHORT = 304;
    private static final int LONG = 904;
    private static final int PUTS = 3;
    private static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(12 << 10).slabBytes(1 << 10).segments(1).build();

    private final long key = SharedCache.nextKey();

    @Actor
    public void writer() {
        final UnsafeBuffer value = SharedCache.value(2, LONG);
        for (int i = 0; i < PUTS; i++) {
            CACHE.put(SharedCache.nextKey(), value, 0, LONG);
        }
    }

    @Actor
    public void reader(I_Result result) {
        CACHE.put(key, SharedCache.value(1, SHORT), 0, SHORT);
        result.r1 = SharedCache.read(CACHE, key);
    }
}
