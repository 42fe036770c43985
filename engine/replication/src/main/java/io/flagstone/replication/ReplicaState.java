// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

/**
 * The state of a replica. It says what the replica's cache holds.
 *
 * <p>The order is that of {@link io.flagstone.metrics.Metric#REPLICA_STATES}.
 */
public enum ReplicaState {
    /**
     * The replica waits for a synchronisation. Its cache is empty, or holds what the primary held
     * when the replica last followed it.
     */
    JOINING,

    /** The replica takes the contents of the primary. Its cache holds a part of them. */
    SYNCHRONISING,

    /** The replica has applied every change that it was sent. */
    LIVE,

    /**
     * The replica has not heard of its primary for too long. Its cache holds what it held then. If
     * the primary was only slow, the replica goes on where it was.
     */
    LOST,

    /** The replica has become a primary. Its cache takes writes. */
    PROMOTED
}
