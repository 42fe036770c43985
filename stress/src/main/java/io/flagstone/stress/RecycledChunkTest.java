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
 * Two keys take turns in a cache for one entry, so each put evicts the other key and writes to its
 * chunk in the same window. A read of one key never returns bytes of the other.
 */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "before the eviction")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "after the eviction")
@Outcome(expect = Expect.FORBIDDEN, desc = "the other key's value, or a torn value")
@State
public class RecycledChunkTest {
    private static final int LENGTH = 512;
    private static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(64 << 10).segments(1).maxEntries(1).build();
    private static final UnsafeBuffer VALUE = SharedCache.value(1, LENGTH);
    private static final UnsafeBuffer OTHER = SharedCache.value(2, LENGTH);

    @Actor
    public void writer() {
        CACHE.put(1, VALUE, 0, LENGTH);
        CACHE.put(2, OTHER, 0, LENGTH);
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = SharedCache.read(CACHE, 1);
    }
}
