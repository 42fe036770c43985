// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.Closeable;
import java.io.IOException;

/** Reads a trace one request at a time: traces are larger than memory. */
public interface TraceReader extends Closeable {
    /**
     * Reads the next request.
     *
     * @param request filled where there is one.
     * @return false at the end of the trace.
     * @throws MalformedTraceException where the file breaks its format.
     * @throws IOException where it cannot be read.
     */
    boolean next(Request request) throws IOException;
}
