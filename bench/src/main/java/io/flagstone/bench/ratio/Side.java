// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.ratio;

/** One side of a comparison. */
@FunctionalInterface
interface Side {
    /**
     * Runs the operation many times.
     *
     * @param operations the number of operations.
     * @param seed the seed of the random keys.
     */
    void run(int operations, long seed);
}
