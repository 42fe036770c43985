// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A hit may promote an entry that a writer evicts: fails if one of them relinks what the other has
 * taken out, which the audit sees. By turns with exact order and with a promotion distance. The
 * writer's size is another, so that evicted chunks stay free.
 */
@JCStressTest
@Outcome(id = "11, 1", expect = Expect.ACCEPTABLE, desc = "there")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "evicted")
@Outcome(expect = Expect.FORBIDDEN, desc = "another value, or the audit is not clean")
@State
public class PromotionTest {
    private static final int MAX_ENTRIES = 2;
    private static final int LENGTH = 64;
    private static final int LONGER = 128;
    private static final OffHeapCache[] CACHES = {cache(0), cache(0.5)};

    private final long key = SharedCache.nextKey();
    private final OffHeapCache cache = CACHES[(int) (key >>> 1 & 1)];

    private static OffHeapCache cache(double distance) {
        return OffHeapCache.builder()
                .memoryBytes(16 << 10)
                .maxEntries(MAX_ENTRIES)
                .segments(1)
                .promotionDistance(distance)
                .build();
    }

    @Actor
    public void writer() {
        for (int i = 0; i < MAX_ENTRIES; i++) {
            cache.put(SharedCache.nextKey(), SharedCache.value(2, LONGER), 0, LONGER);
        }
    }

    @Actor
    public void reader(II_Result result) {
        cache.put(key, SharedCache.value(1, LENGTH), 0, LENGTH);
        SharedCache.read(cache, key);
        result.r1 = SharedCache.read(cache, key);
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r2 = cache.audit().clean() ? 1 : 0;
    }
}
