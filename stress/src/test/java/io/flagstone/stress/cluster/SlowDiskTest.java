// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A frame waits while the disk is slow, and goes on when it is not any more. */
@Tag("any-jdk")
@Timeout(60)
class SlowDiskTest {
    @Test
    void aFrameWaitsUntilTheDiskIsMended() throws InterruptedException {
        final SlowDisk disk = new SlowDisk();
        assertThat(disk.compute(0, 0, 1)).isZero();
        assertThat(SlowDisk.waits()).isZero();
        SlowDisk.waitMs(TimeUnit.HOURS.toMillis(1));
        final Thread writer = new Thread(() -> disk.compute(0, 0, 1), "writer");
        writer.setDaemon(true);
        writer.start();
        while (writer.getState() != Thread.State.TIMED_WAITING) {
            assertThat(writer.getState()).isNotEqualTo(Thread.State.TERMINATED);
            Thread.onSpinWait();
        }
        assertThat(SlowDisk.waits()).isOne();
        SlowDisk.waitMs(0);
        writer.join();
        assertThat(disk.compute(0, 0, 1)).isZero();
        assertThat(SlowDisk.waits()).isOne();
    }
}
