// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

/**
 * The state of this member differs from that of the member that was the leader at a snapshot. One
 * of the two has to be stopped and started from a snapshot that most members agree on: compare the
 * digests of all members to see which.
 */
public final class DivergenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergenceException(String message) {
        super(message);
    }
}
