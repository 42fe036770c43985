// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A trace opened for one pass, with the progress of the pass. */
public final class TraceFile implements Closeable {
    private final TraceInput input;
    private final TraceReader reader;
    private final TraceFormat format;
    private final long length;

    /**
     * Opens a trace.
     *
     * @param file the file.
     * @param format the trace's format.
     * @throws IOException if it cannot be opened.
     */
    public TraceFile(Path file, TraceFormat format) throws IOException {
        this.input = TraceInput.open(file);
        this.reader = format.open(input);
        this.format = format;
        this.length = Files.size(file);
    }

    /**
     * Reads the next request.
     *
     * @param request filled if there is one.
     * @return false at the end of the trace.
     * @throws IOException if the file is malformed or cannot be read.
     */
    public boolean next(Request request) throws IOException {
        return reader.next(request);
    }

    /**
     * Returns the trace's format.
     *
     * @return the format.
     */
    public TraceFormat format() {
        return format;
    }

    /**
     * Returns how many bytes of the file have been read.
     *
     * @return at most {@link #length()}.
     */
    public long position() {
        return input.bytesRead();
    }

    /**
     * Returns the size of the file.
     *
     * @return bytes.
     */
    public long length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
