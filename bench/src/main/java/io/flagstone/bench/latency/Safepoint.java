// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A safepoint, during which all threads of the JVM stand still, as {@code -Xlog:safepoint} reports
 * it. Times are those of {@link System#nanoTime}.
 *
 * @param operation the reason for the safepoint.
 * @param beginNs the time when the threads were asked to stop.
 * @param endNs the time of its end.
 */
record Safepoint(String operation, long beginNs, long endNs) {
    /** The format of the JVM flag; its argument is the log file. */
    static final String LOG_FLAG = "-Xlog:safepoint=info:file=%s:timenanos:filecount=0";

    private static final Pattern LINE =
            Pattern.compile("\\[(\\d+)ns] ?Safepoint \"([^\"]+)\",.*Total: +(\\d+) ns");

    /** Parses the safepoints of a log and skips all other lines. */
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

    /** Returns whether the collector asked for it; all collectors name their operations so. */
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
