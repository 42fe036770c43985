// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.flagstone.OffHeapCache;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Duty cycles of a publisher and a replica allocate nothing. */
class NoGarbageTest {
    private static final int ROUNDS = 1_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(ints = {64, 3_900})
    void changesCostNoGarbage(int length) {
        try (ReplicationRig rig = new ReplicationRig()) {
            final OffHeapCache primary = rig.add(rig.builder().changeFeedBytes(1 << 20).build());
            final CachePublisher publisher = rig.start(rig.publisher(primary));
            final CacheReplica replica = rig.start(rig.replica(1).acknowledgeNs(0));
            rig.awaitLive(replica);
            final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                for (int key = 0; key < 5; key++) {
                    primary.put(key, value, 0, length);
                }
                primary.remove(3);
                rig.clock.advance(ReplicationRig.STEP_NS * 20);
                final long before = THREADS.getCurrentThreadAllocatedBytes();
                publisher.doWork();
                replica.doWork();
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
                // The driver leaves garbage.
                rig.driver.step();
            }
            assertThat(least).isZero();
            assertThat(publisher.number()).isGreaterThan(ROUNDS);
            rig.awaitSame(primary, publisher, replica);
        }
    }
}
