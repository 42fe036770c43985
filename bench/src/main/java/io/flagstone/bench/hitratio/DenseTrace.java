// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import io.flagstone.bench.trace.Request;
import io.flagstone.bench.trace.TraceFile;
import io.flagstone.bench.trace.TraceFormat;
import io.flagstone.bench.verify.ModelKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** The keys of a trace in memory, numbered from 0 in the order of first appearance. */
final class DenseTrace {
    private final int[] keys;
    private final int distinct;

    private DenseTrace(int[] keys, int distinct) {
        this.keys = keys;
        this.distinct = distinct;
    }

    /** Reads a whole trace. Ignores sizes and times to live. */
    static DenseTrace read(Path file, TraceFormat format) throws IOException {
        final Map<Object, Integer> numbers = new HashMap<>();
        final IntStream.Builder keys = IntStream.builder();
        final Request request = new Request();
        try (TraceFile trace = new TraceFile(file, format)) {
            while (trace.next(request)) {
                final Object key = ModelKey.of(request.keyBuffer(), 0, request.keyLength());
                keys.add(numbers.computeIfAbsent(key, absent -> numbers.size()));
            }
        }
        return new DenseTrace(keys.build().toArray(), numbers.size());
    }

    int[] keys() {
        return keys;
    }

    int distinct() {
        return distinct;
    }
}
