// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * An expired value stays expired while its key is overwritten. The test fails if a reader sees the
 * old value with the new deadline. Each read of the clock advances it.
 */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "a miss: the old value expired")
@Outcome(id = "22", expect = Expect.ACCEPTABLE, desc = "the new value")
@Outcome(expect = Expect.FORBIDDEN, desc = "the expired value, or a torn value")
@State
public class RevivalTest {
    private static final AtomicLong TIME = new AtomicLong();
    private static final OffHeapCache CACHE =
            OffHeapCache.builder()
                    .memoryBytes(32 << 20)
                    .segments(1)
                    .clock(TIME::incrementAndGet)
                    .build();

    private final long key = SharedCache.nextKey();

    public RevivalTest() {
        CACHE.put(key, SharedCache.value(1), 0, SharedCache.VALUE_BYTES, 1);
    }

    @Actor
    public void writer() {
        CACHE.put(key, SharedCache.value(2), 0, SharedCache.VALUE_BYTES);
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = SharedCache.read(CACHE, key);
    }
}
