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
 * A hit may promote an entry while a writer evicts it. The test fails if one thread relinks an
 * entry that the other has unlinked, which the audit detects. States alternate between exact LRU
 * order and a promotion distance. The writer's values have another size class, so evicted chunks
 * stay free.
 */
@JCStressTest
@Outcome(id = "11, 1", expect = Expect.ACCEPTABLE, desc = "a hit")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "a miss: the entry was evicted")
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
