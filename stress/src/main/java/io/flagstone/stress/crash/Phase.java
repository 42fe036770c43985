// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

/** The phases in the life of a child, which it publishes in the {@link Ledger}. */
enum Phase {
    /** The child has not touched the cache yet. */
    STARTING,
    /** The cache is being built, which includes the recovery. */
    OPENING,
    /** The cache is compared with the ledger. */
    CHECKING,
    /** The threads operate on the cache. */
    RUNNING,
    /** The threads have ended and the cache is being closed. */
    CLOSING,
    /** The cache is closed. */
    CLOSED,
    /** The child has found a violation, which it has written to a file. */
    FAILED
}
