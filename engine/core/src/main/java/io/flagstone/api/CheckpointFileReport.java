// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.nio.file.Path;

/**
 * Tells what is in the file of a checkpoint.
 *
 * @param file the file.
 * @param state the state of the file.
 * @param damage why the file is not whole; empty if it is.
 * @param fileBytes the length of the file.
 * @param totals what the first page says; all 0 if the file is not whole.
 * @param ages how old the entries are; without counts if the file is not whole.
 */
public record CheckpointFileReport(
        Path file, State state, String damage, long fileBytes, Totals totals, EntryAges ages) {

    /** The state of a file. */
    public enum State {
        /** A cache can restore it. */
        WHOLE,
        /** It is being written, or its process ended before it was complete. */
        UNFINISHED,
        /** It cannot be restored, or not by this version. */
        DAMAGED
    }

    /**
     * The totals of a checkpoint.
     *
     * @param generation the number of the checkpoint.
     * @param timeMs the wall-clock time of the entries, in milliseconds since 1970.
     * @param entries the number of entries, including those that have expired since.
     * @param bytes the bytes of all keys and values.
     */
    public record Totals(long generation, long timeMs, long entries, long bytes) {}
}
