// SPDX-License-Identifier: Apache-2.0
/**
 * The replay of the trade tape on a primary and replicas, in processes that are killed.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.replicas.ReplicatedReplay} runs it: it starts the processes,
 *       kills two, promotes a replica and compares what all of them hold.
 *   <li>{@link io.flagstone.bench.replicas.Node} is the main class of each process.
 *   <li>{@link io.flagstone.bench.replicas.ReplicatedReport} shows the result.
 * </ul>
 */
package io.flagstone.bench.replicas;
