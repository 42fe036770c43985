// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * The state of a replay at one time.
 *
 * @param timeNs the time of the replay's clock, in nanoseconds since the first step.
 * @param requests the requests so far.
 * @param hits the requests that hit.
 * @param entries the entries of the cache.
 * @param usedBytes the memory of entries and index, without free chunks and slabs.
 */
public record Sample(long timeNs, long requests, long hits, long entries, long usedBytes) {}
