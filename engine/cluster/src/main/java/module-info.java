// SPDX-License-Identifier: Apache-2.0
/**
 * The Flagstone cache as the state machine of an Aeron Cluster, and its client.
 *
 * <p>{@link io.flagstone.cluster.FlagstoneClusteredService} runs the cache in each member. {@link
 * io.flagstone.cluster.ClusterCache} is the client, and {@link io.flagstone.cluster.ShardedCache}
 * that of several clusters. {@link io.flagstone.cluster.ClusterState} is for those who write a
 * clustered service of their own.
 */
// Agrona and Aeron have no module descriptors; their names come from their jars' manifests.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.cluster {
    requires transitive io.aeron.archive;
    requires transitive io.aeron.client;
    requires transitive io.aeron.cluster;
    requires transitive io.aeron.driver;
    requires transitive io.flagstone.engine;

    exports io.flagstone.cluster;
}
