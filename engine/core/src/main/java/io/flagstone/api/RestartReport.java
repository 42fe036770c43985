// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Tells how a cache with a directory, or with a checkpoint to restore, began.
 *
 * @param kind how the cache began.
 * @param reason why the cache began cold although there was something to continue from, or what
 *     else is worth knowing, for example that the wall clock ran backwards; empty if there is
 *     nothing to say.
 * @param kept the entries that the cache began with. After a clean close they are not looked at, so
 *     those whose deadline has passed since are counted until they are reclaimed.
 * @param expired the entries that were left out because their deadline had passed.
 * @param dropped the entries that were left out for another reason: a write or a removal was under
 *     way when the process ended, or there was no room for them.
 * @param durationNs the time that it took, in nanoseconds, with the allocation of files.
 */
public record RestartReport(
        Kind kind, String reason, long kept, long expired, long dropped, long durationNs) {

    /** How a cache began. */
    public enum Kind {
        /** Empty. */
        COLD,
        /** With all entries of a cache that was closed. */
        WARM,
        /** With the entries of a cache whose process ended without closing it. */
        RECOVERED,
        /** With the entries of a cache of another configuration. */
        MIGRATED,
        /** With the entries of a checkpoint. */
        RESTORED
    }

    /** Returns the report in a line, for a log. */
    @Override
    public String toString() {
        return kind
                + ": kept="
                + kept
                + ", expired="
                + expired
                + ", dropped="
                + dropped
                + ", durationNs="
                + durationNs
                + (reason.isEmpty() ? "" : ", reason: " + reason);
    }
}
