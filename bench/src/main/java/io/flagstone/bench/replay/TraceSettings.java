// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.bench.trace.TraceFormat;
import java.nio.file.Path;

/**
 * How a trace is replayed.
 *
 * @param file the trace.
 * @param format its format.
 * @param valueBytes size of every value, or -1 for the trace's own.
 * @param ttlNs how long values live of which the trace does not say it.
 * @param sampled whether the cache is divided by the sizes at the trace's beginning.
 * @param ideal whether an ideal cache runs beside it.
 */
public record TraceSettings(
        Path file, TraceFormat format, int valueBytes, long ttlNs, boolean sampled, boolean ideal) {
    /** The size of values where neither the trace nor the caller says one. */
    public static final int DEFAULT_VALUE_BYTES = 64;
}
