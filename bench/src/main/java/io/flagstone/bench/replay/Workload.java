// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.bench.hitratio.IdealCache;
import java.io.IOException;

/**
 * Replays an input on the cache, step by step. If the clock moved, the cache's duty cycle runs
 * after the step and not before it, so requests also find entries that are expired and not yet
 * reclaimed.
 */
interface Workload {
    /**
     * Replays one step: a trade or a request.
     *
     * @return false if the input has ended.
     * @throws IOException if the input is malformed or cannot be read.
     */
    boolean step() throws IOException;

    /**
     * Returns the position in the input.
     *
     * @return the position in bytes.
     */
    long position();

    /**
     * Returns the length of the input.
     *
     * @return the length in bytes, or -1 if it is not known.
     */
    long length();

    /**
     * Returns how many values were too large for the cache.
     *
     * @return the number of refused puts.
     */
    long tooLarge();

    /**
     * Returns the ideal cache on which the requests are also replayed.
     *
     * @return the ideal cache, or null if there is none.
     */
    default IdealCache ideal() {
        return null;
    }

    /**
     * Returns why requests missed.
     *
     * @return the causes, or null if the workload does not know them.
     */
    default MissCauses missCauses() {
        return null;
    }

    /**
     * Reads a quote before and after its time to live, once all steps are done and all figures are
     * taken, because it moves the clock and the cache counts its reads.
     *
     * @return the result, or null if the workload has no quotes or they do not expire.
     */
    default StaleQuote staleQuote() {
        return null;
    }
}
