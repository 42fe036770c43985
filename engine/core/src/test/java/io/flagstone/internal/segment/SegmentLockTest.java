// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.events.SegmentEvents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread at a time holds the lock and knows it does; interrupts change nothing. */
// A broken lock hangs. The timeout ends the build; it is no measure of speed.
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SegmentLockTest {
    private static final int ROUNDS = 20_000;
    private static final int CROWD = 16;
    private static final int CROWD_ROUNDS = 2_000;

    private final SegmentLock lock = new SegmentLock(SegmentEvents.ofNewCache());
    private final long self = Thread.currentThread().getId();
    private int plainCounter;

    private static <T> FutureTask<T> start(String name, Callable<T> body) {
        final FutureTask<T> task = new FutureTask<>(body);
        new Thread(task, name).start();
        return task;
    }

    @Test
    void theLockExcludesMoreThreadsThanCores() throws Exception {
        final int threads = 2 * Runtime.getRuntime().availableProcessors() + 3;
        final CountDownLatch ready = new CountDownLatch(threads);
        final List<FutureTask<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            tasks.add(start("incrementer " + i, () -> increment(ready)));
        }
        for (final FutureTask<Boolean> task : tasks) {
            assertThat(task.get()).as("only the owner holds the lock").isTrue();
        }
        assertThat(plainCounter).isEqualTo(threads * ROUNDS);
        assertThat(lock.owner).as("the owner of a free lock").isEqualTo(SegmentLock.FREE);
        assertThat(lock.claimant).as("the claimant of a free lock").isNull();
    }

    private boolean increment(CountDownLatch ready) throws InterruptedException {
        final long threadId = Thread.currentThread().getId();
        ready.countDown();
        ready.await();
        boolean right = true;
        for (int i = 0; i < ROUNDS; i++) {
            if (i % 4 != 0) {
                lock.lock(threadId);
            } else {
                while (!lock.tryLock(threadId)) {
                    Thread.onSpinWait();
                }
            }
            right &= lock.isHeldBy(threadId) && !lock.isHeldBy(threadId + 1);
            plainCounter++;
            lock.unlock();
            right &= !lock.isHeldBy(threadId);
        }
        return right;
    }

    @Test
    void allOfManyInterruptedThreadsFinish() throws Exception {
        final CountDownLatch ready = new CountDownLatch(CROWD);
        final List<Member> crowd = new ArrayList<>();
        for (int i = 0; i < CROWD; i++) {
            crowd.add(new Member(ready));
        }
        crowd.forEach(Thread::start);
        int interrupts = 0;
        while (crowd.stream().anyMatch(Thread::isAlive)) {
            crowd.get(interrupts++ % CROWD).interrupt();
            Thread.yield();
        }
        for (final Member member : crowd) {
            member.join();
            assertThat(member.wrong).isNull();
        }
        assertThat(plainCounter).isEqualTo(CROWD * CROWD_ROUNDS);
        assertThat(lock.owner).as("the owner of a free lock").isEqualTo(SegmentLock.FREE);
        assertThat(lock.claimant).as("the claimant of a free lock").isNull();
    }

    /** Takes the lock many times, long enough each time for most other threads to park. */
    private final class Member extends Thread {
        private final CountDownLatch ready;
        private volatile String wrong;

        Member(CountDownLatch ready) {
            this.ready = ready;
        }

        @Override
        public void run() {
            final long threadId = getId();
            ready.countDown();
            while (ready.getCount() != 0) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < CROWD_ROUNDS; i++) {
                final boolean interrupted = isInterrupted();
                lock.lock(threadId);
                if (interrupted && !isInterrupted()) {
                    wrong = "an interrupt was lost";
                }
                if (!lock.isHeldBy(threadId) || lock.isHeldBy(threadId + 1)) {
                    wrong = "another owner";
                }
                plainCounter++;
                if (i % 8 == 0) {
                    Thread.yield();
                }
                lock.unlock();
                if (i % 4 == 0) {
                    // Clears the interrupt, so that the thread parks again.
                    interrupted();
                }
            }
        }
    }

    @Test
    void theLockKnowsItsOwner() {
        assertThat(lock.isHeldBy(self)).isFalse();
        lock.lock(self);
        assertThat(lock.isHeldBy(self)).isTrue();
        assertThat(lock.isHeldBy(self + 1)).isFalse();
        assertThat(lock.tryLock(self)).as("the lock is not re-entrant").isFalse();
        assertThat(lock.tryLock(self + 1)).isFalse();
        assertThat(lock.isHeldBy(self)).as("a failed try changes nothing").isTrue();
        lock.unlock();
        assertThat(lock.tryLock(self + 1)).isTrue();
        assertThat(lock.isHeldBy(self + 1)).isTrue();
        lock.unlock();
    }

    @Test
    void aWaiterInterruptedBeforeItWaitsGetsTheLockAndKeepsItsStatus() throws Exception {
        lock.lock(self);
        final Waiter waiter = new Waiter(true);
        waiter.start();
        while (!waiter.isInAwait()) {
            Thread.onSpinWait();
        }
        assertThat(waiter.got).isFalse();
        assertThat(lock.isHeldBy(self)).isTrue();
        lock.unlock();
        waiter.join();
        assertThat(waiter.got).isTrue();
        assertThat(waiter.interruptedAfter).isTrue();
    }

    @Test
    void aWaiterInterruptedWhileParkedGetsTheLockAndKeepsItsStatus() throws Exception {
        lock.lock(self);
        final Waiter waiter = new Waiter(false);
        waiter.start();
        awaitParked(waiter);
        waiter.interrupt();
        assertThat(waiter.got).isFalse();
        lock.unlock();
        waiter.join();
        assertThat(waiter.got).isTrue();
        assertThat(waiter.interruptedAfter).isTrue();
    }

    @Test
    void aWaiterInterruptedWhileParkedParksAgain() throws Exception {
        lock.lock(self);
        final Waiter waiter = new Waiter(false);
        waiter.start();
        awaitParked(waiter);
        waiter.interrupt();
        while (waiter.isInterrupted()) {
            Thread.onSpinWait();
        }
        // The waiter has seen the interrupt and does not spin.
        awaitParked(waiter);
        lock.unlock();
        waiter.join();
        assertThat(waiter.got).isTrue();
        assertThat(waiter.interruptedAfter).isTrue();
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void noThreadOvertakesAParkedWaiter() throws Exception {
        for (int round = 0; round < 200; round++) {
            lock.lock(self);
            final Waiter waiter = new Waiter(false);
            waiter.start();
            while (lock.claimant != waiter) {
                Thread.onSpinWait();
            }
            lock.unlock();
            lock.lock(self);
            assertThat(waiter.got).as("the waiter was first, round %d", round).isTrue();
            lock.unlock();
            waiter.join();
            assertThat(lock.claimant).isNull();
        }
    }

    @Test
    void aTryDoesNotOvertakeAClaimant() throws Exception {
        final Thread sleeper = new Thread(LockSupport::park);
        sleeper.start();
        lock.claim(sleeper);
        assertThat(lock.tryLock(self)).isFalse();
        lock.withdraw(Thread.currentThread());
        assertThat(lock.tryLock(self))
                .as("a withdrawal by another thread changes nothing")
                .isFalse();
        lock.withdraw(sleeper);
        assertThat(lock.tryLock(self)).isTrue();
        lock.unlock();
        LockSupport.unpark(sleeper);
        sleeper.join();
    }

    @Test
    void theClaimOfADeadThreadBlocksNoThread() throws Exception {
        final Thread dead = new Thread(() -> {});
        dead.start();
        dead.join();
        assertThat(lock.claim(dead)).isNull();
        lock.lock(self);
        assertThat(lock.isHeldBy(self)).isTrue();
        assertThat(lock.claimant).isNull();
        lock.unlock();
    }

    @Test
    void aClaimantThatDoesNotComeIsSkipped() throws Exception {
        final CountDownLatch end = new CountDownLatch(1);
        final FutureTask<Boolean> busy =
                new FutureTask<>(
                        () -> {
                            end.await();
                            return true;
                        });
        final Thread claimant = new Thread(busy);
        claimant.start();
        lock.claim(claimant);
        lock.lock(self);
        assertThat(lock.isHeldBy(self)).isTrue();
        lock.unlock();
        end.countDown();
        assertThat(busy.get()).isTrue();
    }

    @Test
    void aWaiterWithoutStackLeavesNoClaim() throws Exception {
        for (int round = 0; round < 20; round++) {
            lock.lock(self);
            final Thread diver = new Thread(null, this::dive, "diver", 256 << 10);
            diver.start();
            awaitParked(diver);
            lock.unlock();
            diver.join();
            assertThat(lock.owner).isEqualTo(SegmentLock.FREE);
            assertThat(lock.claimant).isNull();
        }
    }

    /** Asks for the lock where the stack ends, then one call higher each time until it gets it. */
    private void dive() {
        try {
            dive();
        } catch (final StackOverflowError e) {
            lockAndUnlock();
        }
    }

    private void lockAndUnlock() {
        final long threadId = Thread.currentThread().getId();
        try {
            lock.lock(threadId);
            lock.unlock();
        } finally {
            if (lock.owner == threadId) {
                lock.owner = SegmentLock.FREE;
            }
        }
    }

    @Test
    void theWordsOfTheLockShareTheirLineWithNothingElse() {
        final long owner = offset("owner");
        assertThat(List.of(offset("claimant"), offset("contentions"), offset("events")))
                .allSatisfy(other -> assertThat(Math.abs(other - owner)).isLessThan(64));
        assertThat(offsetOf(SegmentLockWords.class.getSuperclass(), "l00")).isLessThan(owner - 120);
        assertThat(offsetOf(SegmentLock.class, "r15")).isGreaterThan(owner + 120);
    }

    private static long offset(String word) {
        return offsetOf(SegmentLockWords.class, word);
    }

    private static long offsetOf(Class<?> type, String field) {
        return UnsafeApi.objectFieldOffset(type, field);
    }

    private final class Waiter extends Thread {
        private final boolean interruptedBefore;
        private volatile boolean got;
        private volatile boolean interruptedAfter;

        Waiter(boolean interruptedBefore) {
            this.interruptedBefore = interruptedBefore;
        }

        @Override
        public void run() {
            if (interruptedBefore) {
                interrupt();
            }
            final long threadId = Thread.currentThread().getId();
            lock.lock(threadId);
            got = lock.isHeldBy(threadId);
            interruptedAfter = isInterrupted();
            lock.unlock();
        }

        boolean isInAwait() {
            return Arrays.stream(getStackTrace())
                    .anyMatch(
                            frame ->
                                    frame.getMethodName().equals("await")
                                            && frame.getClassName()
                                                    .equals(SegmentLock.class.getName()));
        }
    }
}
