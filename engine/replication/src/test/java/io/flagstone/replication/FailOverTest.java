// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Replicas become primaries, and primaries learn that they are none any more. */
class FailOverTest {
    @Test
    void aPromotedReplicaTakesOver() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache old = rig.primary();
            final List<Long> fences = new ArrayList<>();
            final CachePublisher first = rig.start(rig.publisher(old).fenceListener(fences::add));
            final CacheReplica one = rig.start(rig.replica(1));
            final CacheReplica two = rig.start(rig.replica(2));
            rig.awaitLive(one, two);
            ReplicationRig.put(old, 1, 1, 1);
            rig.awaitSame(old, first, one, two);

            final long epoch = one.promote();
            assertThat(epoch).isGreaterThan(first.epoch());
            assertThat(one.state()).isEqualTo(ReplicaState.PROMOTED);
            assertThat(one.epoch()).isEqualTo(epoch);
            ReplicationRig.put(one.cache(), 2, 2, 2);
            rig.await("fenced", first::isFenced);
            assertThat(fences).containsExactly(epoch);

            // The old primary sends nothing any more.
            final long sent = first.sent();
            ReplicationRig.put(old, 3, 3, 3);
            rig.steps(100);
            assertThat(first.sent()).isEqualTo(sent);

            final CachePublisher second = rig.start(rig.publisher(one.cache()).epoch(epoch));
            rig.await("follows", () -> two.epoch() == epoch && two.state() == ReplicaState.LIVE);
            rig.awaitSame(one.cache(), second, two);
            assertThat(two.cache().contains(2)).isTrue();
            assertThat(two.cache().contains(3)).isFalse();
            assertThat(second.isFenced()).isFalse();
        }
    }

    /** The replica is live before and after the duty cycle, under another primary. */
    @Test
    void aReplicaChangesPrimariesInOneDutyCycle() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache old = rig.primary();
            final CachePublisher first = rig.start(rig.publisher(old));
            final CacheReplica one = rig.start(rig.replica(1));
            final CacheReplica two = rig.start(rig.replica(2));
            final CacheReplica slow = rig.start(rig.replica(3).fragmentsPerCycle(1_000));
            rig.awaitLive(one, two, slow);
            ReplicationRig.put(old, 1, 1, 1);
            rig.awaitSame(old, first, one, two, slow);
            rig.freeze(slow);
            final long epoch = one.promote();
            final CachePublisher second = rig.start(rig.publisher(one.cache()).epoch(epoch));
            rig.await("follows", () -> two.epoch() == epoch && two.state() == ReplicaState.LIVE);
            ReplicationRig.put(one.cache(), 2, 2, 2);
            rig.awaitSame(one.cache(), second, two);
            for (int i = 0; i < 100 && slow.epoch() != epoch; i++) {
                ReplicationRig.step(slow);
            }
            assertThat(slow.state()).isEqualTo(ReplicaState.LIVE);
            assertThat(slow.epoch()).isEqualTo(epoch);
            assertThat(slow.joins()).isEqualTo(2);
            rig.thaw(slow);
            rig.awaitSame(one.cache(), second, two, slow);
        }
    }

    @Test
    void anOldPrimaryThatComesBackIsIgnoredAndFenced() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache old = rig.primary();
            final CachePublisher first = rig.start(rig.publisher(old));
            final CacheReplica one = rig.start(rig.replica(1));
            final CacheReplica two = rig.start(rig.replica(2));
            rig.awaitLive(one, two);
            rig.freeze(first);
            final long epoch = one.promote();
            final CachePublisher second = rig.start(rig.publisher(one.cache()).epoch(epoch));
            rig.await("follows", () -> two.epoch() == epoch && two.state() == ReplicaState.LIVE);
            ReplicationRig.put(old, 3, 3, 3);
            // Before it hears of the fence, it sends what it has.
            ReplicationRig.step(first);
            rig.thaw(first);
            rig.await("fenced", first::isFenced);
            rig.awaitSame(one.cache(), second, two);
            assertThat(two.cache().contains(3)).isFalse();

            // So is one that starts anew and knows nothing.
            final CachePublisher third = rig.start(rig.publisher(rig.primary()));
            rig.await("fenced", third::isFenced);
            rig.awaitSame(one.cache(), second, two);
            assertThat(two.joins()).isEqualTo(2);
        }
    }

    @Test
    void ofTwoReplicasThatArePromotedOneWins() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache old = rig.primary();
            rig.start(rig.publisher(old));
            final CacheReplica one = rig.start(rig.replica(1));
            final CacheReplica two = rig.start(rig.replica(2));
            final CacheReplica three = rig.start(rig.replica(3));
            rig.awaitLive(one, two, three);
            final CachePublisher second =
                    rig.start(rig.publisher(two.cache()).epoch(two.promote()));
            final CachePublisher first = rig.start(rig.publisher(one.cache()).epoch(one.promote()));
            rig.await("fenced", first::isFenced);
            rig.await(
                    "follows",
                    () -> three.epoch() == two.epoch() && three.state() == ReplicaState.LIVE);
            rig.steps(1_000);
            assertThat(second.isFenced()).isFalse();
            rig.awaitSame(two.cache(), second, three);
        }
    }

    @Test
    void aReplicaWithAPartOfTheContentsIsNotPromotedByMistake() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final CacheReplica replica = rig.start(rig.replica(1));
            assertThatThrownBy(replica::promote)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("JOINING");
            replica.promoteAnyway();
            assertThat(replica.state()).isEqualTo(ReplicaState.PROMOTED);
            assertThatThrownBy(replica::promoteAnyway).isInstanceOf(IllegalStateException.class);
            ReplicationRig.put(replica.cache(), 1, 1, 1);
        }
    }

    @Test
    void aPromotedReplicaHearsNothingAnyMore() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache old = rig.primary();
            final CachePublisher first = rig.start(rig.publisher(old));
            final CacheReplica one = rig.start(rig.replica(1));
            rig.awaitLive(one);
            // On its way when the replica is promoted.
            ReplicationRig.put(old, 1, 1, 1);
            ReplicationRig.step(first);
            one.promote();
            rig.steps(100);
            assertThat(one.cache().contains(1)).isFalse();
            assertThat(one.ignored()).isPositive();
            assertThat(rig.errors).isEmpty();
        }
    }

    @Test
    void theNumbersOfPrimariesOnlyGrow() {
        assertThat(Epochs.next(Epochs.NONE, 1)).isGreaterThan(Epochs.FIRST);
        final long first = Epochs.next(Epochs.FIRST, 65_535);
        assertThat(Epochs.next(first, 1)).isGreaterThan(first);
        assertThat(Epochs.next(first, 1)).isNotEqualTo(Epochs.next(first, 2));
    }
}
