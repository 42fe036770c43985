// SPDX-License-Identifier: Apache-2.0
/**
 * Kills, pauses and restarts the members of a cluster under clients, cuts their network, makes
 * their disks slow, and checks that what the clients saw is linearizable.
 *
 * <p>{@link io.flagstone.stress.cluster.ClusterSoak} starts each member as a process of its own
 * ({@link io.flagstone.stress.cluster.MemberMain}), so that a kill leaves what a kill leaves, and a
 * pause stops all of its threads. {@link io.flagstone.stress.cluster.Network} gives each a network
 * namespace, and {@link io.flagstone.stress.cluster.SlowDisk} delays its archive. The clients are
 * threads of the parent, so that one clock orders their calls. {@link
 * io.flagstone.stress.cluster.LinearizabilityChecker} reads their history. {@link
 * io.flagstone.stress.cluster.ShardSoak} does the same with several clusters and moves of slots.
 */
package io.flagstone.stress.cluster;
