// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.IOException;

/** Reports that a forked JVM failed. */
public final class ForkFailedException extends IOException {
    private static final long serialVersionUID = 1;

    private final String output;

    ForkFailedException(String reason, String output) {
        super(reason);
        this.output = output;
    }

    /**
     * Returns everything that the JVM printed.
     *
     * @return its standard output and error.
     */
    public String output() {
        return output;
    }
}
