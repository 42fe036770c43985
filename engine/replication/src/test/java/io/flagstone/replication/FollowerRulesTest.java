// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.feed.Change;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules by which a follower takes messages. */
class FollowerRulesTest {
    private static final Object ONE = "one source";
    private static final Object OTHER = "another source";
    private static final long PRIMARY = 77;

    private final List<Throwable> errors = new ArrayList<>();
    private final UnsafeBuffer entry = new UnsafeBuffer(new byte[16]);
    private OffHeapCache cache;
    private Follower follower;

    @BeforeEach
    void follow() {
        cache = OffHeapCache.builder().memoryBytes(1 << 20).follower(true).build();
        follower = new Follower(cache.changeApplier(), errors::add);
        follower.from(ONE);
    }

    @AfterEach
    void audit() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    private void put(long number, long key, boolean isCopy) {
        entry.putLong(0, key);
        entry.putLong(8, number);
        if (follower.begins(number, isCopy)) {
            follower.onPut(entry, 0, 8, 8, 8, Change.NO_DEADLINE, false);
        }
    }

    private void synchronise() {
        assertThat(follower.accepts(5)).isTrue();
        follower.onSyncBegin(10, PRIMARY);
        put(11, 1, true);
        follower.onSyncEnd(12);
        assertThat(follower.state()).isEqualTo(ReplicaState.LIVE);
    }

    @Test
    void aMissingNumberEndsTheFollowing() {
        synchronise();
        put(13, 2, false);
        assertThat(follower.applied()).isEqualTo(13);
        put(15, 3, false);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        assertThat(follower.applied()).isZero();
        assertThat(follower.lagRecords()).isEqualTo(15);
        assertThat(cache.contains(3)).isFalse();
        put(16, 4, false);
        assertThat(cache.contains(4)).isFalse();
        assertThat(follower.isComplete()).isTrue();
        follower.onSyncBegin(17, PRIMARY);
        assertThat(cache.size()).isZero();
        assertThat(follower.isComplete()).isFalse();
    }

    @Test
    void aNumberThatComesTwiceEndsTheFollowing() {
        synchronise();
        put(12, 2, false);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
    }

    @Test
    void aHeartbeatTellsOfChangesThatDidNotCome() {
        synchronise();
        follower.onHeartbeat(12, PRIMARY, 1);
        assertThat(follower.state()).isEqualTo(ReplicaState.LIVE);
        follower.onHeartbeat(13, PRIMARY, 2);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
    }

    @Test
    void aGapEndsTheFollowingAndASynchronisation() {
        synchronise();
        follower.onGap(13);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        follower.onSyncBegin(14, PRIMARY);
        follower.onGap(15);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        follower.onSyncEnd(16);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        assertThat(follower.gaps()).isEqualTo(2);
    }

    @Test
    void aLiveFollowerLeavesCopiesOut() {
        synchronise();
        follower.onSyncBegin(13, PRIMARY);
        put(14, 9, true);
        follower.onSyncEnd(15);
        assertThat(cache.contains(9)).isFalse();
        assertThat(follower.applied()).isEqualTo(15);
        assertThat(follower.joins()).isEqualTo(1);
    }

    @Test
    void anotherSourceOfTheSameEpochWaitsUntilTheFirstIsLost() {
        synchronise();
        follower.from(OTHER);
        assertThat(follower.accepts(5)).isFalse();
        follower.from(ONE);
        assertThat(follower.accepts(5)).isTrue();
        follower.lose();
        assertThat(follower.state()).isEqualTo(ReplicaState.LOST);
        follower.from(OTHER);
        assertThat(follower.accepts(5)).isTrue();
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        follower.from(ONE);
        assertThat(follower.accepts(5)).isFalse();
    }

    @Test
    void epochsOnlyGrow() {
        synchronise();
        follower.from(OTHER);
        assertThat(follower.accepts(4)).isFalse();
        assertThat(follower.accepts(6)).isTrue();
        assertThat(follower.epoch()).isEqualTo(6);
        follower.from(ONE);
        assertThat(follower.accepts(5)).isFalse();
        assertThat(follower.ignored()).isEqualTo(2);
    }

    @Test
    void aPrimaryThatWasStartedAgainIsNotContinued() {
        synchronise();
        follower.onHeartbeat(12, PRIMARY + 1, 1);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        assertThat(follower.canAsk()).isTrue();
    }

    @Test
    void aChangeThatCannotBeAppliedIsAnErrorAndAJoin() {
        synchronise();
        cache.changeApplier().promote();
        put(13, 2, false);
        assertThat(errors).hasSize(1);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        assertThat(follower.isComplete()).isFalse();
    }

    @Test
    void nonsenseIsAnErrorAndAJoin() {
        synchronise();
        final MessageReader reader = new MessageReader(follower);
        reader.read(new UnsafeBuffer(new byte[64]), 0, 3);
        assertThat(errors).hasSize(1);
        assertThat(follower.state()).isEqualTo(ReplicaState.JOINING);
        reader.read(new UnsafeBuffer(new byte[64]), 0, 64);
        assertThat(errors).hasSize(2);
    }

    @Test
    void aChangeThatEndsByAnErrorIsNotAcknowledged() {
        int failures = 0;
        boolean fails = true;
        for (long access = 1; fails; access++) {
            synchronise();
            final long gaps = follower.gaps();
            fails = putFailsAt(access);
            if (fails) {
                failures++;
                assertThat(follower.applied()).as("access " + access).isZero();
                assertThat(follower.isComplete()).isFalse();
                assertThat(follower.gaps()).isEqualTo(gaps + 1);
            } else {
                assertThat(follower.applied()).isEqualTo(13);
            }
            follower.end();
        }
        assertThat(failures).isGreaterThan(10);
        assertThat(errors).hasSizeGreaterThanOrEqualTo(failures);
    }

    private boolean putFailsAt(long access) {
        AccessFaults.arm(access, false, new OutOfMemoryError("injected"));
        try {
            put(13, 2, false);
            return false;
        } catch (final OutOfMemoryError e) {
            return true;
        } finally {
            AccessFaults.disarm();
        }
    }

    /** The segment is emptied by an Error in a thread that is not the replica's. */
    @Test
    void anEmptiedSegmentEndsTheFollowing() {
        synchronise();
        long access = 1;
        while (cache.statistics().segmentResets() == 0) {
            AccessFaults.arm(access++, false, new StackOverflowError("injected"));
            try {
                cache.remainingTtlNs(1);
                cache.read(1, value -> {});
            } catch (final StackOverflowError e) {
                assertThat(e).hasMessage("injected");
            } finally {
                AccessFaults.disarm();
            }
            assertThat(access).isLessThan(1_000);
        }
        assertThat(follower.applied()).isEqualTo(12);
        follower.checkResets();
        assertThat(follower.applied()).isZero();
        assertThat(follower.isComplete()).isFalse();
        assertThat(follower.canAsk()).isTrue();
        follower.onSyncBegin(20, PRIMARY);
        follower.onSyncEnd(21);
        follower.checkResets();
        assertThat(follower.isComplete()).isTrue();
        follower.promote(1);
        follower.checkResets();
        assertThat(follower.state()).isEqualTo(ReplicaState.PROMOTED);
    }
}
