// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.io.IOException;

/** Clusters that suffer faults under clients. */
interface Soak extends AutoCloseable {
    /**
     * Runs a schedule of faults.
     *
     * @throws ClusterViolation if the history is not linearizable, the members differ, or nothing
     *     moves.
     */
    void run(int number) throws IOException, InterruptedException;

    /** Prints the totals. */
    void print(int schedules);

    @Override
    void close();
}
