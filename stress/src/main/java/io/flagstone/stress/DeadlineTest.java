// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A value with a time to live replaces one without. Both become visible together: the test fails if
 * a reader sees the new value with the old deadline, or the old value with the new deadline. The
 * clock stands still.
 */
@JCStressTest
@Outcome(id = "0, 11, 0", expect = Expect.ACCEPTABLE, desc = "before the write")
@Outcome(id = "0, 11, 10", expect = Expect.ACCEPTABLE, desc = "written after the value was read")
@Outcome(id = "0, 22, 10", expect = Expect.ACCEPTABLE, desc = "written before the value was read")
@Outcome(id = "10, 22, 10", expect = Expect.ACCEPTABLE, desc = "after the write")
@Outcome(expect = Expect.FORBIDDEN, desc = "value and deadline do not match, or the value is lost")
@State
public class DeadlineTest {
    private static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(32 << 20).segments(1).clock(() -> 0).build();

    private final long key = SharedCache.nextKey();

    public DeadlineTest() {
        CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void writer() {
        CACHE.put(key, SharedCache.value(2), 0, SharedCache.VALUE_BYTES, 10);
    }

    @Actor
    public void reader(III_Result result) {
        result.r1 = remaining();
        result.r2 = SharedCache.read(CACHE, key);
        result.r3 = remaining();
    }

    private int remaining() {
        final long ttlNs = CACHE.remainingTtlNs(key);
        return ttlNs == OffHeapCache.NO_TTL ? 0 : (int) ttlNs;
    }
}
