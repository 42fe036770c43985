// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.bench.hitratio.IdealCache;
import java.io.IOException;

/**
 * Asks of the cache what a tape or a trace says, step by step. When time has passed, the cache's
 * duty cycle runs after the step rather than before, so that requests also meet entries that have
 * expired and not yet been reclaimed.
 */
interface Workload {
    /**
     * Takes one step: a trade, or a request.
     *
     * @return false where there was none left.
     * @throws IOException where the input is malformed or cannot be read.
     */
    boolean step() throws IOException;

    /**
     * How far it has come.
     *
     * @return bytes of its input.
     */
    long position();

    /**
     * How far it has to go.
     *
     * @return bytes of its input, or -1 where they are not known.
     */
    long length();

    /**
     * The values that the cache was too small for.
     *
     * @return how many puts were refused.
     */
    long tooLarge();

    /**
     * What an ideal cache would have found.
     *
     * @return the ideal cache, null where none runs beside.
     */
    default IdealCache ideal() {
        return null;
    }
}
