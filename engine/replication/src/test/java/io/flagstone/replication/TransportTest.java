// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.Aeron;
import io.aeron.driver.ext.LossGenerator;
import io.flagstone.OffHeapCache;
import java.util.SplittableRandom;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that are lost, images that are lost, and media drivers that end. */
class TransportTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 10, 100})
    void udpDeliversEverythingEvenIfFramesAreLost(int permille) {
        final SplittableRandom losses = new SplittableRandom(permille);
        final LossGenerator loss = (address, buffer, length) -> losses.nextInt(1000) < permille;
        try (ReplicationRig rig = new ReplicationRig(Ports.udp(), Ports.udp(), loss)) {
            final OffHeapCache primary =
                    rig.add(
                            rig.builder()
                                    .memoryBytes(2 << 20)
                                    .slabBytes(16 << 10)
                                    .changeFeedBytes(1 << 20)
                                    .build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica =
                    rig.start(
                            rig.replica(1)
                                    .cache(rig.builder().memoryBytes(4 << 20).slabBytes(16 << 10)));
            rig.awaitLive(replica);
            for (int key = 0; key < 300; key++) {
                ReplicationRig.put(primary, key, key, key % 30 == 0 ? 9_000 : key);
                rig.step();
            }
            rig.awaitSame(primary, publisher, replica);
            assertThat(publisher.gaps()).isZero();
        }
    }

    @Test
    void afterTheDriverEndedEverybodyConnectsAgain() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            ReplicationRig.put(primary, 1, 1, 1);
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            rig.driver.stop();
            ReplicationRig.put(primary, 2, 2, 2);
            rig.await("lost", () -> replica.state() == ReplicaState.LOST);
            // The old contents are readable meanwhile.
            assertThat(replica.cache().contains(1)).isTrue();
            assertThat(replica.isComplete()).isTrue();
            rig.driver.start();
            rig.await("connected again", () -> publisher.connections() == 2);
            rig.awaitLive(replica);
            rig.awaitSame(primary, publisher, replica);
            assertThat(replica.joins()).isEqualTo(2);
        }
    }

    @Test
    void aClientOfTheCallersThatIsClosedEndsTheWork() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final Aeron client = rig.driver.connect();
            final CacheReplica replica = rig.start(rig.replica(1).aeron(client));
            rig.start(rig.publisher(rig.primary()));
            rig.awaitLive(replica);
            CloseHelper.close(client);
            rig.await("lost", () -> replica.state() == ReplicaState.LOST);
            rig.steps(100);
            assertThat(replica.state()).isEqualTo(ReplicaState.LOST);
        }
    }

    @Test
    void aReplicaThatDiedHoldsThePublisherBackOnlyUntilTheDriverNotices() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica dead = rig.start(rig.replica(1));
            final CacheReplica alive = rig.start(rig.replica(2));
            rig.awaitLive(dead, alive);
            rig.freeze(dead);
            for (int round = 0; round < 20; round++) {
                for (int key = 0; key < 100; key++) {
                    ReplicationRig.put(primary, key, round, 500);
                }
            }
            rig.await("gap", () -> publisher.gaps() > 0);
            rig.await("forgotten", () -> publisher.replicas().size() == 1);
            rig.awaitLive(alive);
            rig.awaitSame(primary, publisher, alive);
            dead.close();
        }
    }

    @Test
    void aRefusedChannelIsToldAndTriedAgain() {
        try (ReplicationRig rig = new ReplicationRig()) {
            final CachePublisher publisher =
                    rig.start(rig.publisher(rig.primary()).channel("aeron:nonsense"));
            rig.steps(10);
            assertThat(rig.errors).hasSize(1);
            assertThat(publisher.connections()).isZero();
            rig.clock.advance(2_000_000_000L);
            rig.steps(10);
            assertThat(rig.errors).hasSize(2);
        }
    }
}
