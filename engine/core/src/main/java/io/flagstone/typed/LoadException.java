// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

/** A value could not be loaded; the cause says why. Each who waited for it gets one. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Tells of a failed load.
     *
     * @param cause what the loader threw, or why waiting for it ended.
     */
    public LoadException(Throwable cause) {
        super(cause);
    }
}
