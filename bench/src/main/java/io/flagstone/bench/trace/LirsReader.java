// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;

/** Reads one decimal key per line; skips marks, which are empty lines or a single asterisk. */
final class LirsReader implements TraceReader {
    private final LineReader lines;
    private long requests;

    LirsReader(LineReader lines) {
        this.lines = lines;
    }

    @Override
    public boolean next(Request request) throws IOException {
        String line = lines.next();
        while (line != null && (line.isBlank() || "*".equals(line.strip()))) {
            line = lines.next();
        }
        if (line == null) {
            if (requests == 0) {
                throw lines.malformedFile("no requests in it");
            }
            return false;
        }
        request.set(Request.UNKNOWN, Request.UNKNOWN, Request.UNKNOWN);
        request.numericKey(Numbers.whole(line.strip(), "key", lines));
        requests++;
        return true;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
