// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Counts of a typed cache's loads since it was built.
 *
 * @param loads loads that ended with a value or with {@code null}, including refreshes.
 * @param failures loads that ended with an exception or an Error.
 * @param totalLoadNs the time that all loads took, including failed ones, in nanoseconds.
 * @param refreshes loads that renewed an entry before its deadline.
 * @param outdated loaded values that were not kept because the key was written or removed while it
 *     was being loaded.
 * @param tooLarge loaded values that were not kept because no slab can hold them.
 * @param expiredAtOnce loaded values that were not kept because their time to live was 0 or less.
 */
public record LoadStatistics(
        long loads,
        long failures,
        long totalLoadNs,
        long refreshes,
        long outdated,
        long tooLarge,
        long expiredAtOnce) {
    /** All counts 0. */
    public static final LoadStatistics NONE = new LoadStatistics(0, 0, 0, 0, 0, 0, 0);
}
