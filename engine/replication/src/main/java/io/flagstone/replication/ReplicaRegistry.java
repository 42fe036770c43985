// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The replicas that a primary has heard of. Thread-safe.
 *
 * <p>Allocates only when a replica is heard of for the first time.
 */
final class ReplicaRegistry {
    /** One replica's last status. Written under the registry's monitor. */
    private static final class Known {
        private final int replicaId;
        private ReplicaState state = ReplicaState.JOINING;
        private long acknowledged;
        private long heardNs;
        private long ownEvictions;

        Known(int replicaId) {
            this.replicaId = replicaId;
        }
    }

    private final List<Known> replicas = new ArrayList<>();
    private long[] sorted = {};

    /** Takes the status that a replica sent. */
    synchronized void heard(
            int replicaId, ReplicaState state, long acknowledged, long ownEvictions, long nowNs) {
        final Known replica = known(replicaId);
        replica.state = state;
        replica.acknowledged = state == ReplicaState.LIVE ? acknowledged : 0;
        replica.ownEvictions = ownEvictions;
        replica.heardNs = nowNs;
    }

    private Known known(int replicaId) {
        for (int i = 0; i < replicas.size(); i++) {
            if (replicas.get(i).replicaId == replicaId) {
                return replicas.get(i);
            }
        }
        final Known added = new Known(replicaId);
        replicas.add(added);
        sorted = new long[replicas.size()];
        return added;
    }

    /** Forgets replicas that were not heard of for some time. Returns how many. */
    synchronized int forgetSilent(long nowNs, long afterNs) {
        int forgotten = 0;
        for (int i = replicas.size() - 1; i >= 0; i--) {
            if (nowNs - replicas.get(i).heardNs > afterNs) {
                replicas.remove(i);
                forgotten++;
            }
        }
        return forgotten;
    }

    /** Returns the highest number that at least so many replicas hold, or 0. */
    synchronized long acknowledged(int count) {
        final int size = replicas.size();
        if (count < 1 || count > size) {
            return 0;
        }
        for (int i = 0; i < size; i++) {
            sorted[i] = replicas.get(i).acknowledged;
        }
        Arrays.sort(sorted, 0, size);
        return sorted[size - count];
    }

    synchronized int size() {
        return replicas.size();
    }

    /** Returns how many replicas are {@link ReplicaState#LIVE}. */
    synchronized int live() {
        int live = 0;
        for (int i = 0; i < replicas.size(); i++) {
            live += replicas.get(i).state == ReplicaState.LIVE ? 1 : 0;
        }
        return live;
    }

    /** Returns how many changes up to a number the slowest live replica lacks, 0 without one. */
    synchronized long lagOfSlowest(long number) {
        long lag = 0;
        for (int i = 0; i < replicas.size(); i++) {
            final Known replica = replicas.get(i);
            if (replica.state == ReplicaState.LIVE) {
                lag = Math.max(lag, number - replica.acknowledged);
            }
        }
        return lag;
    }

    synchronized List<ReplicaStatus> statuses(long number, long nowNs) {
        return replicas.stream()
                .map(
                        replica ->
                                new ReplicaStatus(
                                        replica.replicaId,
                                        replica.state,
                                        replica.acknowledged,
                                        Math.max(0, number - replica.acknowledged),
                                        nowNs - replica.heardNs,
                                        replica.ownEvictions))
                .toList();
    }
}
