// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

/** Receives the progress of a measurement in many JVMs. */
@FunctionalInterface
public interface StepListener {
    /** Shows nothing. */
    StepListener NONE = (done, all, next) -> {};

    /**
     * Called before each JVM.
     *
     * @param done how many JVMs have ended.
     * @param all the maximum number of JVMs.
     * @param next a description of the next run.
     */
    void next(int done, int all, String next);
}
