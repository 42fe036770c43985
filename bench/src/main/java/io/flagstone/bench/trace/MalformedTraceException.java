// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;

/**
 * Tells a file that breaks its format from one that cannot be read, so that the user learns which
 * line to look at and never sees a stack trace.
 */
public final class MalformedTraceException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Names the place and the reason.
     *
     * @param place the file with its line or byte.
     * @param reason what is wrong there.
     */
    public MalformedTraceException(String place, String reason) {
        super(place + ": " + reason);
    }
}
