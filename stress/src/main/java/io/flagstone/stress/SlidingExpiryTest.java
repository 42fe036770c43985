// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A hit renews the deadline of an entry that a write or {@code doWork} is about to reclaim. The
 * test fails if a hit renews an entry that is gone, which the audit detects, or if a reader reads a
 * chunk that belongs to another entry. Each read of the clock advances it by half a time to live.
 */
@JCStressTest
@Outcome(id = "11, 1", expect = Expect.ACCEPTABLE, desc = "a hit")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "a miss: the entry expired")
@Outcome(expect = Expect.FORBIDDEN, desc = "another value, or the audit is not clean")
@State
public class SlidingExpiryTest {
    private static final int LENGTH = 64;
    private static final long TTL_NS = 10_000;
    private static final AtomicLong TIME = new AtomicLong();
    private static final OffHeapCache CACHE =
            OffHeapCache.builder()
                    .memoryBytes(16 << 10)
                    .segments(1)
                    .tickNs(1_000)
                    .expireAfterAccessNs(TTL_NS)
                    .clock(() -> TIME.addAndGet(TTL_NS / 2))
                    .build();

    private final long key = SharedCache.nextKey();

    @Actor
    public void writer() {
        CACHE.doWork();
        CACHE.put(key + 1, SharedCache.value(2, LENGTH), 0, LENGTH);
    }

    @Actor
    public void reader(II_Result result) {
        CACHE.put(key, SharedCache.value(1, LENGTH), 0, LENGTH);
        result.r1 = SharedCache.read(CACHE, key);
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r2 = CACHE.audit().clean() ? 1 : 0;
    }
}
