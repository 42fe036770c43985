// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

/**
 * The state of one replica, as far as the primary knows.
 *
 * @param replicaId the replica's id.
 * @param state the state that the replica told last.
 * @param acknowledged the number of the last change that the replica has applied, with all before
 *     it, or 0 if it is not {@link ReplicaState#LIVE}.
 * @param lagRecords how many changes the primary has sent that the replica has not acknowledged.
 * @param silentNs nanoseconds since the replica was heard of.
 * @param ownEvictions the entries that the replica's cache evicted for lack of room. If this is not
 *     0, the replica holds less than the primary.
 */
public record ReplicaStatus(
        int replicaId,
        ReplicaState state,
        long acknowledged,
        long lagRecords,
        long silentNs,
        long ownEvictions) {}
