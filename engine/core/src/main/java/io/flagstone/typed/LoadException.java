// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

/**
 * Thrown if a value could not be loaded; see the cause. Each caller that waited for the value gets
 * one.
 */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception for a failed load.
     *
     * @param cause the exception that the loader threw, or that ended the wait for it.
     */
    public LoadException(Throwable cause) {
        super(cause);
    }
}
