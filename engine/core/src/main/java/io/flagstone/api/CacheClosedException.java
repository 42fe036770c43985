// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Thrown by an operation on a cache that is closed, or that another thread is closing.
 *
 * <p>A cache closes its segments one after the other. So while {@code close} runs, operations that
 * lock a closed segment already throw this exception, all others still complete, and {@code
 * isClosed} returns false. Once {@code close} has returned, all reads and writes throw it.
 */
public final class CacheClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception with the message "the cache is closed". */
    public CacheClosedException() {
        super("the cache is closed");
    }
}
