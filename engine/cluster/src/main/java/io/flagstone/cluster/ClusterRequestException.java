// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

/** A request to the cluster that was not executed, or of which nobody knows whether it was. */
public final class ClusterRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How the request ended. */
    private final Outcome outcome;

    ClusterRequestException(String message, Outcome outcome) {
        super(message);
        this.outcome = outcome;
    }

    /**
     * Returns how the request ended.
     *
     * @return the outcome, not {@link Outcome#OK}.
     */
    public Outcome outcome() {
        return outcome;
    }
}
