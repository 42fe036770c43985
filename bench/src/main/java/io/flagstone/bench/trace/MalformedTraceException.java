// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;

/**
 * Reports a file that breaks its format, as opposed to one that cannot be read. The user gets the
 * line to look at instead of a stack trace.
 */
public final class MalformedTraceException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception with place and reason.
     *
     * @param place the file with its line or byte.
     * @param reason what is wrong there.
     */
    public MalformedTraceException(String place, String reason) {
        super(place + ": " + reason);
    }
}
