// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.segment.SegmentLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads take a lock whose waiters claim it at once; one of them also calls {@code tryLock}.
 * The test fails if two threads hold the lock at once, if a hand-over does not publish writes, or
 * if a claim remains.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "every update counted, the lock is free")
@Outcome(expect = Expect.FORBIDDEN, desc = "an update was lost, or the lock is not free")
@State
public class LockClaimTest {
    private final SegmentLock lock = new SegmentLock(SegmentEvents.ofNewCache(), 0, 0);
    private int count;
    private int tries;

    @Actor
    public void first() {
        increment(1);
    }

    @Actor
    public void second() {
        if (lock.tryLock(2)) {
            tries++;
            count++;
            lock.unlock();
        }
        increment(2);
    }

    private void increment(long threadId) {
        lock.lock(threadId);
        count++;
        lock.unlock();
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r1 = count - tries;
        result.r2 = lock.tryLock(4) ? 1 : 0;
    }
}
