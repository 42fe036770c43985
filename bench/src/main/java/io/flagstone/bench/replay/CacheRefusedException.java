// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/** Tells settings that no cache can be built with from faults of the replay itself. */
public final class CacheRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Passes on the builder's reason.
     *
     * @param refusal what the builder threw.
     */
    CacheRefusedException(RuntimeException refusal) {
        super(refusal.getMessage(), refusal);
    }
}
