// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/** Told how far a replay has come. */
@FunctionalInterface
public interface Progress {
    /** Shows nothing. */
    Progress NONE = (position, length) -> {};

    /**
     * How far it has come.
     *
     * @param position bytes of the input read.
     * @param length bytes of the input, or -1 where they are not known.
     */
    void at(long position, long length);
}
