// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * Thrown if the cache cannot be built with the settings. Other exceptions are errors of the replay.
 */
public final class CacheRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Takes over the message of the builder's exception.
     *
     * @param refusal the builder's exception.
     */
    CacheRefusedException(RuntimeException refusal) {
        super(refusal.getMessage(), refusal);
    }
}
