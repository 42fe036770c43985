// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A time when all threads of the JVM stood still, as {@code -Xlog:safepoint} tells of it; its
 * nanoseconds are those of {@link System#nanoTime}.
 *
 * @param operation for which they did.
 * @param beginNs from when they were asked to stop.
 * @param endNs until when.
 */
record Safepoint(String operation, long beginNs, long endNs) {
    /** For {@code -Xlog}, without the file. */
    static final String LOG_FLAG = "-Xlog:safepoint=info:file=%s:timenanos:filecount=0";

    private static final Pattern LINE =
            Pattern.compile("\\[(\\d+)ns] ?Safepoint \"([^\"]+)\",.*Total: +(\\d+) ns");

    /** Those of a log; lines that tell of something else are skipped. */
    static List<Safepoint> parse(Stream<String> lines) {
        return lines.map(LINE::matcher).filter(Matcher::find).map(Safepoint::of).toList();
    }

    private static Safepoint of(Matcher line) {
        final long end = Long.parseLong(line.group(1));
        return new Safepoint(line.group(2), end - Long.parseLong(line.group(3)), end);
    }

    boolean overlaps(long fromNs, long toNs) {
        return beginNs <= toNs && endNs >= fromNs;
    }

    /** Whether it was the collector's: all collectors name their operations so. */
    boolean isCollection() {
        return operation.startsWith("G1")
                || operation.startsWith("Z")
                || operation.startsWith("Parallel")
                || operation.startsWith("Serial")
                || operation.startsWith("Shenandoah")
                || operation.startsWith("GenCollect");
    }

    long lengthNs() {
        return endNs - beginNs;
    }
}
