// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** A thread that has to get on with its work. */
interface WatchedTask {
    /** Grows with the work done; may be read by any thread. */
    long progress();

    /** Whether it waits for others, and may do so for ever. */
    boolean idle();

    /** Where it is. */
    String describe();
}
