// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.replay.TraceSettings;
import io.flagstone.bench.trace.TraceFormat;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of a trace. */
final class TraceOptions {
    private static final int LARGEST_VALUE_BYTES = 1 << 24;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Replay this file, also compressed with gzip (.gz) or xz (.xz).")
    private Path file;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            converter = FormatConverter.class,
            description = {
                "The file's format:",
                "  lirs            one decimal key a line, '*' lines skipped",
                "  oracle-general  24-byte records: u32 time, u64 id, u32 size, i64 next access",
                "  arc             lines of: first block, number of blocks, ignored, request"
                        + " number",
                "  csv             time,key,size[,ttl] in seconds and bytes"
            })
    private TraceFormat format;

    @Option(
            names = "--value-bytes",
            paramLabel = "N",
            description = "Size of every value (the trace's own; 64 where it has none).")
    private Integer valueBytes;

    @Option(
            names = "--no-size-sample",
            negatable = true,
            description =
                    "Divide the cache without regard to the sizes in the trace (its first 1 048 576"
                            + " requests are read before, where they have sizes).")
    private boolean sizeSample = true;

    @Option(
            names = "--ideal",
            description =
                    "Show the hits of an ideal cache as well: exact LRU bounded in bytes, with 48"
                            + " bytes an entry beside key and value and nothing rounded.")
    private boolean ideal;

    boolean given() {
        return file != null;
    }

    /**
     * What is wrong with the options.
     *
     * @return the reason, or null where nothing is.
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
     * The settings these options make.
     *
     * @param ttlNs the time to live of values whose trace does not say it.
     * @return the settings.
     */
    TraceSettings settings(long ttlNs) {
        final boolean sampled = sizeSample && valueBytes == null && format.sized();
        return new TraceSettings(
                file, format, valueBytes == null ? -1 : valueBytes, ttlNs, sampled, ideal);
    }

    /**
     * The size of most values, so far as it is known before the trace is read.
     *
     * @return bytes, or null.
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
