// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.memory.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locking, waiting for and recovering stripes, and their sequence numbers. */
class StripesTest {
    private static final int COUNT = 3;
    private static final int START = 128;
    private static final long UPDATER = 77;

    private final Region region = Region.allocate(1 << 12);
    private final StripeMap map = new StripeMap(START, COUNT);
    private final List<Integer> discarded = new ArrayList<>();
    private final Stripes stripes = new Stripes(region, map, true, discarded::add);
    private final int stripe = map.ofNumber(1);

    private long sequence() {
        return StripeSequence.get(region, stripe);
    }

    private static void awaitParked(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).as("it waits for the stripe").isTrue();
            LockSupport.parkNanos(20_000);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 32})
    void everyHashHasAStripeAndEveryStripeItsShare(int count) {
        final Random random = new Random(count);
        final int[] hits = new int[count];
        final StripeMap some = new StripeMap(START, count);
        for (int i = 0; i < 10_000; i++) {
            final int at = some.of(random.nextInt());
            assertThat((at - START) % 64).isZero();
            hits[some.number(at)]++;
        }
        assertThat(Arrays.stream(hits).min().orElseThrow()).isGreaterThan(10_000 / count / 2);
        assertThat(some.of(0)).isEqualTo(START);
        assertThat(some.of(-1)).isEqualTo(some.ofNumber(count - 1));
    }

    @Test
    void smallSegmentsHaveFewStripes() {
        assertThat(StripeMap.countFor(1)).isEqualTo(1);
        assertThat(StripeMap.countFor(511)).isEqualTo(1);
        assertThat(StripeMap.countFor(512)).isEqualTo(2);
        assertThat(StripeMap.countFor(10_000)).isEqualTo(32);
        assertThat(StripeMap.countFor(Long.MAX_VALUE)).isEqualTo(32);
        assertThat(StripeMap.length(2)).isEqualTo(128);
    }

    @Test
    void anUpdaterExcludesAnotherOfItsStripeAlone() {
        assertThat(stripes.tryLock(stripe, UPDATER)).isTrue();
        assertThat(stripes.tryLock(stripe, UPDATER + 1)).isFalse();
        assertThat(stripes.tryLock(map.ofNumber(2), UPDATER + 1)).isTrue();
        stripes.unlock(stripe);
        assertThat(stripes.tryLock(stripe, UPDATER + 1)).isTrue();
    }

    @Test
    void theSegmentExcludesUpdatersAndMayLockAgain() {
        assertThat(stripes.lock(stripe)).isTrue();
        assertThat(stripes.lock(stripe)).as("it need not be unlocked twice").isFalse();
        assertThat(stripes.tryLock(stripe, UPDATER)).isFalse();
        assertThat(stripes.awaitUpdater(stripe)).as("the segment is no updater").isTrue();
        assertThatThrownBy(stripes::audit).hasMessageContaining("stripe 1");
        stripes.unlockIfLocked(stripe);
        stripes.audit();
        assertThat(stripes.tryLock(stripe, UPDATER)).isTrue();
        stripes.unlockIfLocked(stripe);
        assertThat(stripes.tryLock(stripe, UPDATER + 1)).as("an updater's stays locked").isFalse();
    }

    @Test
    void withoutUpdatersLockingHasNoEffect() {
        final Stripes alone = new Stripes(region, map, false, discarded::add);
        assertThat(alone.lock(stripe)).isFalse();
        assertThat(alone.tryLock(stripe, UPDATER)).isTrue();
    }

    @Test
    void writesAreOddMeanwhileAndCounted() {
        assertThat(StripeSequence.isOdd(sequence())).isFalse();
        stripes.beginWriting(stripe, 640);
        assertThat(StripeSequence.isOdd(sequence())).isTrue();
        assertThat(stripes.writes()).isZero();
        stripes.endWriting(stripe);
        assertThat(sequence()).isEqualTo(2);
        stripes.beginWriting(stripe, 640);
        stripes.cancelWriting(stripe);
        assertThat(sequence()).as("nothing was written").isEqualTo(2);
        stripes.beginWriting(map.ofNumber(0), 648);
        stripes.endWriting(map.ofNumber(0));
        assertThat(stripes.writes()).isEqualTo(2);
    }

    @Test
    void theSegmentWaitsForAnUpdaterAndIsInterruptible() throws Exception {
        for (final boolean locks : new boolean[] {true, false}) {
            assertThat(stripes.tryLock(stripe, UPDATER)).isTrue();
            final boolean[] interrupted = new boolean[1];
            final Thread waiter =
                    new Thread(
                            () -> {
                                if (locks) {
                                    stripes.lock(stripe);
                                    stripes.unlock(stripe);
                                } else {
                                    stripes.awaitUpdater(stripe);
                                }
                                interrupted[0] = Thread.interrupted();
                            });
            waiter.start();
            awaitParked(waiter);
            waiter.interrupt();
            while (!stripes.isClaimed(stripe)) {
                LockSupport.parkNanos(20_000);
            }
            awaitParked(waiter);
            stripes.unlock(stripe);
            waiter.join();
            assertThat(interrupted[0]).as("the interrupt is not lost").isTrue();
            assertThat(stripes.isClaimed(stripe)).isFalse();
        }
    }

    @Test
    void theClaimOfADeadWaiterEndsWithTheNextLock() {
        region.putInt(stripe + StripeDescriptor.CLAIM, 1);
        assertThat(stripes.lock(stripe)).isTrue();
        assertThat(stripes.isClaimed(stripe)).isFalse();
    }

    private void abandon(boolean writing) {
        assertThat(stripes.tryLock(stripe, UPDATER)).isTrue();
        if (writing) {
            stripes.beginWriting(stripe, 640);
        }
        stripes.abandoned[stripes.number(stripe)] = true;
        stripes.damaged = true;
    }

    @Test
    void anAbandonedStripeIsTakenOver() {
        abandon(false);
        stripes.repair();
        assertThat(discarded).isEmpty();
        assertThat(stripes.damaged).isFalse();
        abandon(true);
        stripes.repair();
        assertThat(discarded).containsExactly(640);
        assertThat(StripeSequence.isOdd(sequence())).isFalse();
        assertThat(stripes.tryLock(stripe, UPDATER)).isTrue();
    }

    @Test
    void aWaiterTakesAnAbandonedStripeOver() {
        abandon(true);
        assertThat(stripes.awaitUpdater(stripe)).as("an entry was discarded").isFalse();
        assertThat(discarded).containsExactly(640);
        assertThat(stripes.awaitUpdater(stripe)).isTrue();
        abandon(true);
        assertThat(stripes.lock(stripe)).isTrue();
        assertThat(discarded).hasSize(2);
        stripes.unlock(stripe);
        stripes.audit();
    }

    @Test
    void aRepairThatIsInterruptedBeginsAgain() {
        final boolean[] fails = {true};
        final Stripes failing =
                new Stripes(
                        region,
                        map,
                        true,
                        entry -> {
                            if (fails[0]) {
                                throw new StackOverflowError("injected");
                            }
                            discarded.add(entry);
                        });
        failing.tryLock(stripe, UPDATER);
        failing.beginWriting(stripe, 640);
        failing.abandoned[1] = true;
        failing.damaged = true;
        assertThatThrownBy(failing::repair).isInstanceOf(StackOverflowError.class);
        assertThat(failing.damaged).isTrue();
        fails[0] = false;
        failing.repair();
        assertThat(discarded).containsExactly(640);
        assertThat(failing.tryLock(stripe, UPDATER)).isTrue();
    }

    @Test
    void aResetEndsEveryWrite() {
        abandon(true);
        stripes.lockAll();
        for (int number = 0; number < COUNT; number++) {
            assertThat(stripes.tryLock(map.ofNumber(number), UPDATER)).isFalse();
        }
        stripes.unlockAll();
        assertThat(discarded).as("everything is").isEmpty();
        assertThat(StripeSequence.isOdd(sequence())).isFalse();
        for (int number = 0; number < COUNT; number++) {
            assertThat(stripes.tryLock(map.ofNumber(number), UPDATER)).isTrue();
        }
    }
}
