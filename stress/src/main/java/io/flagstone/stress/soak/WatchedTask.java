// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** A task whose progress the watchdog checks. */
interface WatchedTask {
    /** Returns a number that grows with the work done. Any thread may call this. */
    long progress();

    /** Returns whether the task waits for others, which it may do without a limit. */
    boolean idle();

    /** Returns the task and its current step, as text to print. */
    String describe();
}
