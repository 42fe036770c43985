// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

/** Told how far a measurement of many JVMs has come. */
@FunctionalInterface
public interface StepListener {
    /** Shows nothing. */
    StepListener NONE = (done, all, next) -> {};

    /**
     * Before each JVM.
     *
     * @param done how many have ended.
     * @param all how many there are at the most.
     * @param next what is run next.
     */
    void next(int done, int all, String next);
}
