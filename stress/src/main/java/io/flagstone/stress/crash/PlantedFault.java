// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

/** Faults that a child commits on purpose, to test that the check finds them. */
enum PlantedFault {
    NONE,
    /** A put returns without a write. */
    LOST_WRITE,
    /** A removal returns without an effect. */
    REVIVED,
    /** A byte in the middle of a value is changed. */
    TORN,
    /** A value has an older state. */
    STALE,
    /** A value has the bytes of another key. */
    FOREIGN,
    /** A value lives longer than it should. */
    LATE;

    private static final int RARELY = 20;

    /** Returns whether the operation with this number commits the fault. */
    boolean isDue(long operation) {
        return this != NONE && operation % RARELY == RARELY - 1;
    }
}
