// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.aeron.archive.checksum.Checksum;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A disk that is slow when it is told so. The archive of a member asks for the checksum of each
 * frame before it writes the frame and publishes that it is recorded. So a wait here delays what
 * the member may acknowledge to the leader, as a slow write would. The checksum itself is 0.
 *
 * <p>The archive creates it by the name of its class. All instances of a process are one disk.
 *
 * <p>Thread-safe. Does not allocate.
 */
public final class SlowDisk implements Checksum {
    private static volatile long waitNs;
    private static final AtomicLong WAITS = new AtomicLong();

    /** Creates the disk of an archive. */
    public SlowDisk() {
        // There is nothing to do.
    }

    /** Returns the flags by which the archive of a new JVM uses this. */
    static List<String> flags() {
        return List.of(
                "-Daeron.archive.record.checksum=" + SlowDisk.class.getName(),
                // The archive loads its own checksums too.
                "--add-opens=java.base/java.util.zip=ALL-UNNAMED");
    }

    /** Sets how long each frame waits from now on; one that waits for longer goes on. */
    static void waitMs(long ms) {
        waitNs = TimeUnit.MILLISECONDS.toNanos(ms);
    }

    /** Returns how many frames have waited. */
    static long waits() {
        return WAITS.get();
    }

    /**
     * Waits, if the disk is slow.
     *
     * @param address of the buffer, not used.
     * @param offset of the frame, not used.
     * @param length of the frame in bytes, not used.
     * @return 0.
     */
    @Override
    public int compute(long address, int offset, int length) {
        if (waitNs > 0) {
            WAITS.incrementAndGet();
            final long startNs = System.nanoTime();
            long leftNs = waitNs;
            while (leftNs > 0) {
                LockSupport.parkNanos(Math.min(leftNs, TimeUnit.MILLISECONDS.toNanos(5)));
                leftNs = waitNs - (System.nanoTime() - startNs);
            }
        }
        return 0;
    }
}
