// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.bench.trace.TraceFormat;
import java.nio.file.Path;

/**
 * The settings of the replay of a trace.
 *
 * @param file the file of the trace.
 * @param format its format.
 * @param valueBytes the size of every value, or -1 for the sizes in the trace.
 * @param ttlNs the time to live, in nanoseconds, of values without one in the trace.
 * @param sampled whether the cache divides its memory by a sample of the sizes in the trace.
 * @param ideal whether the requests are also replayed on an ideal cache.
 */
public record TraceSettings(
        Path file, TraceFormat format, int valueBytes, long ttlNs, boolean sampled, boolean ideal) {
    /** The size of values if neither the trace nor the caller gives one. */
    public static final int DEFAULT_VALUE_BYTES = 64;
}
