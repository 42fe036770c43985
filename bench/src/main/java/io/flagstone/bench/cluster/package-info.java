// SPDX-License-Identifier: Apache-2.0
/**
 * The trade tape, played into a cluster that loses its leader on the way.
 *
 * <p>{@link io.flagstone.bench.cluster.ClusterRun} is the course of it. {@link
 * io.flagstone.bench.cluster.MemberNode} is the process of a member, and {@link
 * io.flagstone.bench.cluster.TapeClient} the client, with the model that knows every answer.
 */
package io.flagstone.bench.cluster;
