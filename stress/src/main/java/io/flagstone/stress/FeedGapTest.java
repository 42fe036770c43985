// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeHandler;
import io.flagstone.feed.ChangeKind;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * One thread puts a key several times while the ring is full, and another one makes room in it. A
 * put after one that was lost is not passed on before the gap, and a lost put at the end is
 * followed by a gap. The second figure is the number of gaps.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "there was room in time")
@Outcome(id = "0, [1-9]", expect = Expect.ACCEPTABLE, desc = "gaps where puts were lost")
@Outcome(expect = Expect.FORBIDDEN, desc = "a put was lost without a gap after it, or torn")
@State
public class FeedGapTest {
    private static final long KEY = 1;
    private static final int LENGTH = 768;
    private static final int RING_BYTES = 1 << 13;
    private static final int PUTS = 4;
    private static final int UNKNOWN = -1;

    private final OffHeapCache cache = SmallCache.builder().changeFeedBytes(RING_BYTES).build();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[LENGTH]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[LENGTH]);
    private final ChangeHandler handler = this::onChange;

    /** The number of the last put, or that a gap came after it. */
    private long known;

    private int gaps;
    private int missed;

    public FeedGapTest() {
        put(0);
        final int record = pending();
        while (pending() + record <= RING_BYTES) {
            put(0);
        }
    }

    private int pending() {
        return (int) cache.changeFeed().pendingBytes();
    }

    private void put(long number) {
        for (int i = 0; i < LENGTH; i += Long.BYTES) {
            value.putLong(i, number);
        }
        cache.put(KEY, value, 0, LENGTH);
    }

    private void onChange(Change change) {
        if (change.kind() == ChangeKind.GAP) {
            known = UNKNOWN;
            gaps++;
        } else {
            final long number = change.buffer().getLong(change.valueOffset());
            final int last = change.valueOffset() + LENGTH - Long.BYTES;
            final boolean torn = change.buffer().getLong(last) != number;
            if (torn || known != UNKNOWN && number > known + 1) {
                missed++;
            }
            known = number;
        }
    }

    @Actor
    public void writer() {
        for (int number = 1; number <= PUTS; number++) {
            put(number);
        }
    }

    @Actor
    public void reader() {
        for (int i = 0; i < RING_BYTES / LENGTH; i++) {
            cache.changeFeed().poll(handler, 2);
        }
    }

    @Arbiter
    public void arbiter(II_Result result) {
        while (cache.changeFeed().poll(handler, PUTS) > 0) {
            Thread.onSpinWait();
        }
        cache.get(KEY, read, 0);
        if (known != UNKNOWN && known != read.getLong(0)) {
            missed++;
        }
        result.r1 = missed;
        result.r2 = gaps;
    }
}
