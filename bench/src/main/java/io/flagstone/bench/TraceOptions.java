// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.replay.TraceSettings;
import io.flagstone.bench.trace.TraceFormat;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of the replay of a trace. */
final class TraceOptions {
    private static final int LARGEST_VALUE_BYTES = 1 << 24;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Replay this file, which may be compressed with gzip (.gz) or xz (.xz).")
    private Path file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            converter = FormatConverter.class,
            description = {
                "The file's format:",
                "  lirs            one decimal key a line; lines with '*' are skipped",
                "  oracle-general  24-byte records: u32 time, u64 id, u32 size, i64 next access",
                "  arc             lines of: first block, number of blocks, ignored, request"
                        + " number",
                "  csv             time,key,size[,ttl] in seconds and bytes",
                "A file whose first records make no sense in this format is refused."
            })
    private TraceFormat format;

    @Option(
            names = "--value-bytes",
            paramLabel = "N",
            description = "Size of every value (the sizes in the trace; 64 if it has none).")
    private Integer valueBytes;

    @Option(
            names = "--no-size-sample",
            negatable = true,
            description =
                    "Do not divide the cache by the sizes in the trace (by default, the first 1 048"
                            + " 576 requests are read beforehand if they have sizes).")
    private boolean sizeSample = true;

    @Option(
            names = "--ideal",
            description =
                    "Also show the hits of an ideal cache: exact LRU bounded in bytes, where an"
                            + " entry takes its key, its value and 48 bytes, without rounding.")
    private boolean ideal;

    boolean given() {
        return file != null;
    }

    /**
     * Returns the first problem with the options.
     *
     * @return the problem, or null if there is none.
     */
    String problem() {
        if (file == null) {
            if (format != null) {
                return "--format needs --trace";
            }
            if (ideal) {
                return "--ideal needs --trace";
            }
            return valueBytes == null ? null : "--value-bytes needs --trace";
        }
        if (format == null) {
            return "--trace needs --format";
        }
        if (valueBytes != null && (valueBytes < 0 || valueBytes > LARGEST_VALUE_BYTES)) {
            return "--value-bytes " + valueBytes + " is not between 0 and " + LARGEST_VALUE_BYTES;
        }
        return null;
    }

    /**
     * Returns the settings of the replay.
     *
     * @param ttlNs the time to live, in nanoseconds, of values without one in the trace.
     * @return the settings.
     */
    TraceSettings settings(long ttlNs) {
        final boolean sampled = sizeSample && valueBytes == null && format.sized();
        return new TraceSettings(
                file, format, valueBytes == null ? -1 : valueBytes, ttlNs, sampled, ideal);
    }

    /**
     * Returns the size of most values, if it is known before the trace is read.
     *
     * @return the size in bytes, or null if only the trace knows it.
     */
    Integer expectedValueBytes() {
        if (valueBytes != null) {
            return valueBytes;
        }
        return format.sized() ? null : Integer.valueOf(TraceSettings.DEFAULT_VALUE_BYTES);
    }

    Path file() {
        return file;
    }

    TraceFormat format() {
        return format;
    }

    String describeValueBytes() {
        final Integer expected = expectedValueBytes();
        return expected == null ? "the trace's" : expected + " bytes";
    }
}
