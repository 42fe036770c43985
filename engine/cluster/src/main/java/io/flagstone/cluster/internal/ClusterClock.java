// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import org.agrona.concurrent.NanoClock;

/**
 * The time of the cluster as a cache's clock: nanoseconds since 1970 of the last event of the log,
 * 0 before the first.
 *
 * <p>One thread sets the time; any thread may read it. It never runs backwards. Allocates nothing.
 */
public final class ClusterClock implements NanoClock {
    private volatile long nowNs;

    /** Creates a clock at 0, so that all members' caches are born at the same time. */
    public ClusterClock() {
        // There is nothing to do.
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    /** Sets the time, unless it is earlier than the present one. */
    public void advanceTo(long ns) {
        if (ns > nowNs) {
            nowNs = ns;
        }
    }
}
