// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.Closeable;
import java.io.IOException;

/** Reads a trace one request at a time, because traces can be larger than memory. */
public interface TraceReader extends Closeable {
    /**
     * Reads the next request.
     *
     * @param request filled if there is one.
     * @return false at the end of the trace.
     * @throws MalformedTraceException if the file breaks its format.
     * @throws IOException if the file cannot be read.
     */
    boolean next(Request request) throws IOException;
}
