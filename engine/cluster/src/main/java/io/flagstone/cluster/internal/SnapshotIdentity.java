// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

/**
 * A snapshot, as members compare it.
 *
 * @param number 1 for the first snapshot of the cluster, and one more for each next.
 * @param digest of the entries.
 * @param entries how many there are.
 */
public record SnapshotIdentity(long number, long digest, long entries) {
    /** No snapshot yet. */
    public static final SnapshotIdentity NONE = new SnapshotIdentity(0, 0, 0);
}
