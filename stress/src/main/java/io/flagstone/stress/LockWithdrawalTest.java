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
 * A dead thread has left a claim on the lock. Two threads withdraw that claim, claim the lock
 * themselves and take it. The test fails if a withdrawal ends another thread's claim, so that both
 * threads hold the lock.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "every update counted, the lock is free")
@Outcome(expect = Expect.FORBIDDEN, desc = "an update was lost, or a claim remains")
@State
public class LockWithdrawalTest {
    /** Runs no code of this class, because the static initializer waits for this thread. */
    private static final Thread DEAD = new Thread();

    static {
        DEAD.start();
        try {
            DEAD.join();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private final SegmentLock lock = new SegmentLock(SegmentEvents.ofNewCache(), 0, 0);
    private int count;

    public LockWithdrawalTest() {
        lock.claim(DEAD);
    }

    @Actor
    public void first() {
        lock.lock(1);
        count++;
        lock.unlock();
    }

    @Actor
    public void second() {
        lock.lock(2);
        count++;
        lock.unlock();
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r1 = count;
        result.r2 = lock.tryLock(4) ? 1 : 0;
    }
}
