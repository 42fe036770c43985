// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** A kind of key that operations are done to, and what must hold for it. */
interface Workload {
    /**
     * Does an operation, or what comes closest to it, calling the cache at least once.
     *
     * @param draw the random choices of this step.
     */
    void run(Operation operation, RandomChoices choices);
}
