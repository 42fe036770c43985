// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads put the same key in place. Each record in the feed is whole, and the last one has the
 * value that the cache has.
 */
@JCStressTest
@Outcome(id = "0, 22, 22", expect = Expect.ACCEPTABLE, desc = "the first writer was the last")
@Outcome(id = "0, 33, 33", expect = Expect.ACCEPTABLE, desc = "the second writer was the last")
@Outcome(expect = Expect.FORBIDDEN, desc = "a torn record, or records in another order")
@State
public class FeedOrderTest {
    private static final long KEY = 1;
    private static final int LENGTH = 256;
    private static final int RING_BYTES = 1 << 13;
    private static final int LIMIT = 10;

    private final OffHeapCache cache = SmallCache.builder().changeFeedBytes(RING_BYTES).build();
    private final UnsafeBuffer first = SharedCache.value(2, LENGTH);
    private final UnsafeBuffer second = SharedCache.value(3, LENGTH);
    private final UnsafeBuffer told = new UnsafeBuffer();
    private final ChangeHandler handler = this::onChange;
    private int last;
    private int torn;

    public FeedOrderTest() {
        SmallCache.putFirst(cache, KEY, LENGTH);
    }

    private void onChange(Change change) {
        told.wrap(change.buffer(), change.valueOffset(), change.valueLength());
        last = SharedCache.digits(told, told.capacity());
        if (last % 11 != 0) {
            torn++;
        }
    }

    @Actor
    public void firstWriter() {
        cache.put(KEY, first, 0, LENGTH);
    }

    @Actor
    public void secondWriter() {
        cache.put(KEY, second, 0, LENGTH);
    }

    @Arbiter
    public void arbiter(III_Result result) {
        while (cache.changeFeed().poll(handler, LIMIT) > 0) {
            Thread.onSpinWait();
        }
        result.r1 = torn;
        result.r2 = last;
        result.r3 = SharedCache.read(cache, KEY);
    }
}
