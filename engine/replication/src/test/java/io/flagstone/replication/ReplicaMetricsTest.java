// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsPublisher;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics files have the figures of replicas and publishers. */
class ReplicaMetricsTest {
    @TempDir Path directory;

    private MetricsSnapshot written(OffHeapCache cache, Map<Metric, LongSupplier> others)
            throws IOException {
        final Path file = directory.resolve("metrics");
        try (MetricsPublisher metrics = MetricsPublisher.open(cache, file, "quotes", others);
                MetricsReader reader = MetricsReader.open(metrics.path())) {
            return reader.snapshot();
        }
    }

    private static String state(MetricsSnapshot snapshot) {
        return Metric.REPLICA_STATES.get((int) snapshot.get(Metric.REPLICA_STATE));
    }

    @Test
    void theStatesHaveTheirOrder() {
        assertThat(Metric.REPLICA_STATES)
                .isEqualTo(Stream.of(ReplicaState.values()).map(Enum::name).toList());
    }

    @Test
    void aFileHasStateAndLag() throws IOException {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            MetricsSnapshot follows = written(replica.cache(), replica.metrics());
            assertThat(state(follows)).isEqualTo("JOINING");
            assertThat(follows.get(Metric.REPLICA_LAG_NS)).isEqualTo(-1);
            assertThat(written(primary, publisher.metrics()).get(Metric.PUBLISHER_LIVE)).isZero();

            rig.awaitLive(replica);
            ReplicationRig.put(primary, 1, 1, 100);
            rig.awaitSame(primary, publisher, replica);
            final long number = publisher.number();
            rig.await("acknowledged", () -> publisher.acknowledged(1) == number);
            // The next heartbeat and the lag are of this time.
            rig.freeze(publisher);
            final long lagNs = replica.lagNs();
            rig.clock.advance(5_000_000);
            follows = written(replica.cache(), replica.metrics());
            assertThat(state(follows)).isEqualTo("LIVE");
            assertThat(follows.get(Metric.REPLICA_LAG_NS)).isEqualTo(lagNs + 5_000_000);
            assertThat(follows.get(Metric.REPLICA_LAG_RECORDS)).isZero();
            assertThat(follows.get(Metric.REPLICA_APPLIED)).isEqualTo(number);
            assertThat(follows.get(Metric.REPLICA_EPOCH)).isEqualTo(1);
            assertThat(follows.get(Metric.REPLICA_JOINS)).isEqualTo(1);
            assertThat(follows.get(Metric.ENTRIES)).isEqualTo(1);

            rig.freeze(replica);
            rig.thaw(publisher);
            for (int i = 0; i < 3; i++) {
                ReplicationRig.put(primary, i, 2, 100);
            }
            rig.await("sent", () -> publisher.number() == number + 3);
            final MetricsSnapshot sends = written(primary, publisher.metrics());
            assertThat(sends.get(Metric.PUBLISHER_EPOCH)).isEqualTo(1);
            assertThat(sends.get(Metric.PUBLISHER_NUMBER)).isEqualTo(number + 3);
            assertThat(sends.get(Metric.PUBLISHER_REPLICAS)).isEqualTo(1);
            assertThat(sends.get(Metric.PUBLISHER_LIVE)).isEqualTo(1);
            assertThat(sends.get(Metric.PUBLISHER_LAG_RECORDS)).isEqualTo(3);
            assertThat(sends.get(Metric.PUBLISHER_SENT)).isEqualTo(publisher.sent());
            assertThat(sends.get(Metric.PUBLISHER_FENCED)).isZero();
            rig.thaw(replica);
        }
    }

    @Test
    void aLostPrimaryAndAPromotionAreSeen() throws IOException {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.primary();
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1));
            rig.awaitLive(replica);
            rig.freeze(publisher);
            rig.clock.advance(TimeUnit.SECONDS.toNanos(2));
            ReplicationRig.step(replica);
            assertThat(state(written(replica.cache(), replica.metrics()))).isEqualTo("LOST");
            final long epoch = replica.promote();
            final MetricsSnapshot promoted = written(replica.cache(), replica.metrics());
            assertThat(state(promoted)).isEqualTo("PROMOTED");
            assertThat(promoted.get(Metric.REPLICA_EPOCH)).isEqualTo(epoch);
            rig.thaw(publisher);
            rig.await("fenced", publisher::isFenced);
            assertThat(written(primary, publisher.metrics()).get(Metric.PUBLISHER_FENCED))
                    .isEqualTo(1);
        }
    }
}
