// SPDX-License-Identifier: Apache-2.0
/** Latency of reads under the load of a feed, at a fixed rate, free of coordinated omission. */
package io.flagstone.bench.latency;
