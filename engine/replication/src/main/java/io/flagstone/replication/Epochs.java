// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

/**
 * The numbers of primaries. A higher epoch is a later primary.
 *
 * <p>The low 16 bits are the id of the replica that was promoted. So two replicas that are promoted
 * at the same time have different epochs, and everybody agrees which of the two is the primary.
 */
final class Epochs {
    /** The epoch of a primary that was never a replica. */
    static final long FIRST = 1;

    /** The epoch of a replica that has not heard of a primary. */
    static final long NONE = 0;

    private static final int ID_BITS = 16;

    /** The largest id of a replica. */
    static final int MAX_REPLICA_ID = (1 << ID_BITS) - 1;

    private Epochs() {}

    /** Returns an epoch that is higher than one seen, and that only this replica gives out. */
    static long next(long seen, int replicaId) {
        return ((seen >>> ID_BITS) + 1) << ID_BITS | replicaId;
    }
}
