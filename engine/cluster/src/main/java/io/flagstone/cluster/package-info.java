// SPDX-License-Identifier: Apache-2.0
/**
 * A cache that several members keep equal through the log of an Aeron Cluster.
 *
 * <table>
 *   <caption>The classes</caption>
 *   <tr><th>for</th><th>see</th></tr>
 *   <tr><td>the service of a member</td><td>{@link io.flagstone.cluster.FlagstoneClusteredService}</td></tr>
 *   <tr><td>its settings</td><td>{@link io.flagstone.cluster.ClusterServiceContext}</td></tr>
 *   <tr><td>media driver, archive, consensus and service in one process</td><td>{@link io.flagstone.cluster.ClusterMember}</td></tr>
 *   <tr><td>a client, one call after the other</td><td>{@link io.flagstone.cluster.ClusterCache}</td></tr>
 *   <tr><td>a client with many requests under way</td><td>{@link io.flagstone.cluster.ClusterRequests}</td></tr>
 *   <tr><td>reads at any member, with a bound on staleness</td><td>{@link io.flagstone.cluster.MemberReader}</td></tr>
 *   <tr><td>a client of several clusters, the shards</td><td>{@link io.flagstone.cluster.ShardedCache}</td></tr>
 *   <tr><td>moving slots between shards</td><td>{@link io.flagstone.cluster.ShardMover}</td></tr>
 *   <tr><td>a media driver for clients</td><td>{@link io.flagstone.cluster.ClientDriver}</td></tr>
 *   <tr><td>a cache in a clustered service of your own</td><td>{@link io.flagstone.cluster.ClusterState}</td></tr>
 * </table>
 */
package io.flagstone.cluster;
