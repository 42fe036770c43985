// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * The state of a replay at one time.
 *
 * @param timeNs since the replay's first step, by its own clock.
 * @param requests made so far.
 * @param hits among them.
 * @param entries held by the cache.
 * @param usedBytes the memory that holds entries or serves to find them.
 */
public record Sample(long timeNs, long requests, long hits, long entries, long usedBytes) {}
