// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.api.SizeSample;
import io.flagstone.bench.trace.Request;
import io.flagstone.bench.trace.TraceFile;
import io.flagstone.bench.verify.ModelKey;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Takes a sample of the sizes in a trace. Each key counts once. */
final class TraceSizes {
    /** The maximum number of requests read. */
    private static final int MAX_REQUESTS = 1 << 20;

    private TraceSizes() {}

    /**
     * Reads the beginning of a trace.
     *
     * @param settings the trace and its settings.
     * @param mostBytes the size from which values are ignored, because no entry holds them.
     * @return the sample, or null if it is empty.
     * @throws IOException if the trace is malformed or cannot be read.
     */
    static SizeSample sample(TraceSettings settings, long mostBytes) throws IOException {
        final SizeSample sample = new SizeSample();
        final Set<Object> seen = new HashSet<>();
        final Request request = new Request();
        try (TraceFile trace = new TraceFile(settings.file(), settings.format())) {
            for (int i = 0; i < MAX_REQUESTS && trace.next(request); i++) {
                final long size = request.size();
                final Object key = ModelKey.of(request.keyBuffer(), 0, request.keyLength());
                if (size >= 0 && size < mostBytes && seen.add(key)) {
                    sample.add(request.keyLength(), (int) size);
                }
            }
        }
        return sample.entries() == 0 ? null : sample;
    }
}
