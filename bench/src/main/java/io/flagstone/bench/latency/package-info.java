// SPDX-License-Identifier: Apache-2.0
/**
 * The latency of reads at a fixed rate, without coordinated omission, while a feed writes.
 *
 * <p>A run starts a fresh JVM for each contender and collector, whose main class is a fork. The
 * fork runs an open loop and logs stalls. Figures collect the replies, and a report shows them.
 */
package io.flagstone.bench.latency;
