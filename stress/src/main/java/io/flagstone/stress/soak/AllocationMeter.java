// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Measures how much heap the workers allocate while they run. */
final class AllocationMeter {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<Worker> workers;
    private long startBytes;
    private long bytes;

    AllocationMeter(List<Worker> workers) {
        this.workers = workers;
    }

    void start() {
        startBytes = allocated();
    }

    void stop() {
        bytes += allocated() - startBytes;
    }

    /** Returns the bytes that all workers allocated between {@link #start} and {@link #stop}. */
    long bytes() {
        return bytes;
    }

    private long allocated() {
        long sum = 0;
        for (final Worker worker : workers) {
            sum += threads.getThreadAllocatedBytes(worker.threadId());
        }
        return sum;
    }
}
