// SPDX-License-Identifier: Apache-2.0
/**
 * The measurement of replication: how many changes a second reach a replica, and how late a reader
 * sees them there. Flagstone over Aeron and peers, all on this machine.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.replication.ReplicationRun} measures all pairs.
 *   <li>{@link io.flagstone.bench.replication.Pair} is one kind of replication.
 *   <li>{@link io.flagstone.bench.replication.Observer} is the main class of the process that reads
 *       at a replica.
 * </ul>
 */
package io.flagstone.bench.replication;
