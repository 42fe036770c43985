// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

/** A promise of the cluster that was not kept. */
final class ClusterViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterViolation(String message) {
        super(message);
    }
}
