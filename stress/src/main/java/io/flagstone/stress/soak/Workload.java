// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** Runs operations on one kind of key and checks their results. */
interface Workload {
    /**
     * Runs an operation, or the nearest one that it has. Calls the cache at least once.
     *
     * @param choices the random choices of this step.
     */
    void run(Operation operation, RandomChoices choices);
}
