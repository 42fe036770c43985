// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Tells about a checkpoint that was written.
 *
 * @param generation the number in the file's name, {@code checkpoint-<generation>.flagstone}.
 * @param entries the number of entries in it.
 * @param bytes the length of the file.
 * @param durationNs the time that it took, in nanoseconds of the cache's clock.
 */
public record CheckpointReport(long generation, long entries, long bytes, long durationNs) {}
