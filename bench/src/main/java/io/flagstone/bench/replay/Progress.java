// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/** Receives the progress of a replay. */
@FunctionalInterface
public interface Progress {
    /** Ignores the progress. */
    Progress NONE = (position, length) -> {};

    /**
     * Called from time to time during the replay, and at its end.
     *
     * @param position the bytes of the input read so far.
     * @param length the length of the input in bytes, or -1 if it is not known.
     */
    void at(long position, long length);
}
