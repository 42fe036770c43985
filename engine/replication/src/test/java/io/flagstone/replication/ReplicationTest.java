// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.api.ReadOnlyCacheException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas join, follow, fall behind and come back. */
class ReplicationTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void aReplicaHasTheContentsAndFollows() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            for (int key = 0; key < 100; key++) {
                ReplicationRig.put(primary, key, key, 10 + key);
            }
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            assertThat(replica.state()).isEqualTo(ReplicaState.JOINING);
            assertThat(replica.lagNs()).isEqualTo(Long.MAX_VALUE);
            rig.awaitLive(replica);
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.cache().size()).isEqualTo(100);

            primary.remove(7);
            ReplicationRig.put(primary, 8, 88, 3);
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.cache().contains(7)).isFalse();
            assertThat(replica.lagRecords()).isZero();
            assertThat(replica.lagNs()).isLessThan(SECOND);
            rig.await("acknowledged", () -> publisher.acknowledged(1) == publisher.number());
            assertThat(publisher.acknowledged(2)).isZero();
            assertThat(publisher.replicas())
                    .singleElement()
                    .satisfies(
                            status -> {
                                assertThat(status.replicaId()).isEqualTo(1);
                                assertThat(status.state()).isEqualTo(ReplicaState.LIVE);
                                assertThat(status.lagRecords()).isZero();
                            });
            assertThatThrownBy(() -> replica.cache().remove(8))
                    .isInstanceOf(ReadOnlyCacheException.class);
            assertThat(rig.errors).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_200, 1_400, 4_000, 12_000})
    void valuesOfAnyLengthArrive(int length) {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary =
                    rig.add(rig.builder().slabBytes(16 << 10).changeFeedBytes(1 << 20).build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica =
                    rig.start(rig.replica(1).cache(rig.builder().slabBytes(16 << 10)));
            rig.awaitLive(replica);
            for (int key = 0; key < 20; key++) {
                ReplicationRig.put(primary, key, key, length);
                ReplicationRig.put(primary, key + 100, key, key);
            }
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.joins()).isEqualTo(1);
        }
    }

    @Test
    void twoReplicasThatJoinTogetherCauseOneSynchronisation() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            ReplicationRig.put(primary, 1, 1, 1);
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica one = rig.start(rig.replica(1));
            final CacheReplica two = rig.start(rig.replica(2));
            rig.awaitLive(one, two);
            rig.steps(1_000);
            assertThat(publisher.synchronisations()).isEqualTo(1);

            // The one that is live goes on while a third joins.
            final CacheReplica three = rig.start(rig.replica(3));
            rig.awaitLive(three);
            rig.awaitSame(primary, publisher, one, two, three);
            assertThat(one.joins()).isEqualTo(1);
            assertThat(publisher.synchronisations()).isEqualTo(2);
            rig.await("acknowledged", () -> publisher.acknowledged(3) == publisher.number());
        }
    }

    @Test
    void aFullRingIsAGapAfterWhichTheReplicaJoinsAgain() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.add(rig.builder().changeFeedBytes(64 << 10).build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            for (int round = 0; round < 20; round++) {
                for (int key = 0; key < 200; key++) {
                    ReplicationRig.put(primary, key, round, 50);
                }
            }
            rig.await("gap", () -> publisher.gaps() == 1);
            rig.await("missed", () -> replica.gaps() == 1);
            rig.awaitLive(replica);
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.joins()).isEqualTo(2);
        }
    }

    @Test
    void aSlowReplicaHoldsThePublisherBackAndNothingIsLost() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary =
                    rig.add(rig.builder().memoryBytes(4 << 20).changeFeedBytes(4 << 20).build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            rig.freeze(replica);
            for (int key = 0; key < 2_000; key++) {
                ReplicationRig.put(primary, key, key, 50);
            }
            rig.steps(200);
            assertThat(publisher.backPressured()).isPositive();
            assertThat(publisher.number()).isLessThan(2_000);
            rig.thaw(replica);
            rig.awaitSame(primary, publisher, replica);
            assertThat(publisher.gaps()).isZero();
            assertThat(replica.joins()).isEqualTo(1);
        }
    }

    @Test
    void aSilentPrimaryIsLostAndTheReplicaGoesOnWhenItSpeaks() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            final List<String> states = new ArrayList<>();
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica =
                    rig.start(
                            rig.replica(1)
                                    .stateListener(
                                            (before, after) -> states.add(before + ">" + after)));
            rig.awaitLive(replica);
            rig.freeze(publisher);
            rig.await("lost", () -> replica.state() == ReplicaState.LOST);
            assertThat(replica.lagNs()).isGreaterThan(SECOND);
            assertThat(replica.isComplete()).isTrue();
            rig.thaw(publisher);
            ReplicationRig.put(primary, 1, 1, 1);
            rig.awaitLive(replica);
            rig.awaitSame(primary, publisher, replica);
            assertThat(states)
                    .containsExactly(
                            "JOINING>SYNCHRONISING",
                            "SYNCHRONISING>LIVE",
                            "LIVE>LOST",
                            "LOST>LIVE");
        }
    }

    @Test
    void aReplicaFollowsAPrimaryThatWasStartedAgain() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache first = rig.primary();
            ReplicationRig.put(first, 1, 1, 1);
            final CachePublisher before = rig.start(rig.publisher(first));
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            rig.stop(before);
            rig.await("lost", () -> replica.state() == ReplicaState.LOST);

            final OffHeapCache second = rig.primary();
            ReplicationRig.put(second, 2, 2, 2);
            final CachePublisher after = rig.start(rig.publisher(second));
            rig.awaitLive(replica);
            rig.awaitSame(second, after, replica);
            assertThat(replica.cache().contains(1)).isFalse();
        }
    }

    @Test
    void changesThatNobodyListensToAreDropped() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            ReplicationRig.put(primary, 1, 1, 1);
            rig.await("dropped", () -> publisher.dropped() == 1);
            assertThat(publisher.sent()).isZero();
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            rig.awaitSame(primary, publisher, replica);
        }
    }

    @Test
    void expiredAndEvictedEntriesGoAtTheReplicaToo() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary =
                    rig.add(
                            rig.builder()
                                    .maxEntries(64)
                                    .defaultTtlNs(10 * SECOND)
                                    .changeFeedBytes(64 << 10)
                                    .build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            for (int key = 0; key < 200; key++) {
                ReplicationRig.put(primary, key, key, 20);
                rig.step();
            }
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.cache().size()).isEqualTo(primary.size()).isLessThan(100);
            rig.clock.advance(11 * SECOND);
            assertThat(replica.cache().contains(199)).isFalse();
            while (primary.size() > 0) {
                primary.doWork();
            }
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.cache().size()).isZero();
        }
    }

    @Test
    void aReplicaThatIsTooSmallSaysSo() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica =
                    rig.start(rig.replica(1).cache(rig.builder().maxEntries(16)));
            rig.awaitLive(replica);
            for (int key = 0; key < 100; key++) {
                ReplicationRig.put(primary, key, key, 20);
            }
            rig.await("told", () -> publisher.replicas().get(0).ownEvictions() > 50);
        }
    }

    @Test
    void aValueThatIsTooLargeForTheReplicaIsAMissThere() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary =
                    rig.add(rig.builder().slabBytes(16 << 10).changeFeedBytes(1 << 20).build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica =
                    rig.start(rig.replica(1).cache(rig.builder().slabBytes(4 << 10)));
            rig.awaitLive(replica);
            ReplicationRig.put(primary, 1, 1, 10);
            ReplicationRig.put(primary, 1, 1, 10_000);
            ReplicationRig.put(primary, 2, 2, 10);
            rig.await("applied", () -> replica.cache().contains(2));
            assertThat(replica.cache().contains(1)).isFalse();
            assertThat(replica.refused()).isEqualTo(1);
            assertThat(replica.state()).isEqualTo(ReplicaState.LIVE);
            assertThat(publisher.gaps()).isZero();
            assertThat(rig.errors).hasSize(1);
        }
    }
}
