package io.flagstone.stress;

import io.flagstone.events.SegmentEvents;
import io.flagstone.segment.SegmentLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A lock whose waiters claim it at once is handed from one to the next, beside a thread that only
 * tries: fails if a claim lets two in, if a hand-over does not publish, or if a claim stays behind.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "the third found it taken or claimed")
@Outcome(id = "3, 1", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "an update was lost, or the lock is not free")
@State
public class LockClaimTest {
    private final SegmentLock lock = new SegmentLock(SegmentEvents.ofNewCache(), 0, 0);
    private int count;
    private boolean thirdGotIt;

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

    @Actor
    public void third() {
        if (lock.tryLock(3)) {
            thirdGotIt = true;
            count++;
            lock.unlock();
        }
    }

    @Arbiter
    public void arbiter(II_Result result) {
        result.r1 = count == 3 && !thirdGotIt ? -1 : count;
        result.r2 = lock.tryLock(4) ? 1 : 0;
    }
}
