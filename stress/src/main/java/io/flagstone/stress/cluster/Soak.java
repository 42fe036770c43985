// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.io.IOException;

/** Clusters that suffer faults under clients. */
interface Soak extends AutoCloseable {
    /**
     * Runs a schedule of faults.
     *
     * @param endNs the time, by {@link System#nanoTime}, after which only the first fault begins.
     * @throws ClusterViolation if the history is not linearizable, the members differ, or nothing
     *     moves.
     */
    void run(int number, long endNs) throws IOException, InterruptedException;

    /** Prints the totals. */
    void print(int schedules);

    @Override
    void close();
}
