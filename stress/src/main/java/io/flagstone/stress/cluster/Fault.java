// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.util.ArrayList;
import java.util.List;

/** A fault that clusters suffer. */
enum Fault {
    KILL_LEADER,
    PAUSE_LEADER,
    PAUSE_FOLLOWER(false, true),
    SNAPSHOT,
    KILL_AFTER_SNAPSHOT,
    SLOW_LEADER_DISK,
    SLOW_FOLLOWER_DISK(false, true),
    KILL_LEADER_OF_SLOW_FOLLOWER(false, true),
    STALL_ALL_DISKS,
    CUT_LEADER(true, false),
    CUT_FOLLOWER(true, true),
    MUTE_LEADER(true, false),
    MUTE_FOLLOWER(true, true),
    DEAF_LEADER(true, false),
    DEAF_FOLLOWER(true, true),
    CUT_CLIENTS(true, false),
    CUT_MOVER(true, false),
    CUT_ALL(true, false);

    private final boolean needsNetwork;
    private final boolean needsFollower;

    Fault() {
        this(false, false);
    }

    Fault(boolean needsNetwork, boolean needsFollower) {
        this.needsNetwork = needsNetwork;
        this.needsFollower = needsFollower;
    }

    /**
     * Returns the faults that are possible for a cluster.
     *
     * @param hasNetwork whether there is a network that can be cut.
     * @param hasMover whether there is a host of movers.
     * @param members the number of members of the cluster.
     */
    static List<Fault> possible(boolean hasNetwork, boolean hasMover, int members) {
        final List<Fault> possible = new ArrayList<>();
        for (final Fault fault : values()) {
            if ((hasNetwork || !fault.needsNetwork)
                    && (members > 1 || !fault.needsFollower)
                    && (hasMover || fault != CUT_MOVER)) {
                possible.add(fault);
            }
        }
        return possible;
    }
}
