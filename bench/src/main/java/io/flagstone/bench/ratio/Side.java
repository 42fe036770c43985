// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.ratio;

/** One side of a comparison: something that is done over and over. */
@FunctionalInterface
interface Side {
    /**
     * Does it.
     *
     * @param operations how many times.
     * @param seed where its random keys start.
     */
    void run(int operations, long seed);
}
