// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.entry;

/** Converts deadlines to nanoseconds since 1970. */
public final class EpochTime {
    private EpochTime() {}

    /**
     * Converts a deadline. One after the last moment that can be expressed is that moment.
     *
     * @param deadlineNs nanoseconds since the cache was built, or {@link
     *     EntryDescriptor#NO_DEADLINE}, which stays.
     * @param epochOffsetNs the time since 1970 at which the cache was built.
     */
    public static long ofDeadline(long deadlineNs, long epochOffsetNs) {
        if (deadlineNs == EntryDescriptor.NO_DEADLINE) {
            return EntryDescriptor.NO_DEADLINE;
        }
        final long last = EntryDescriptor.NO_DEADLINE - 1;
        return epochOffsetNs > 0 && deadlineNs > last - epochOffsetNs
                ? last
                : deadlineNs + epochOffsetNs;
    }
}
