// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds out whether the columns of a csv file are those that the format expects. Three columns of
 * numbers parse in every order, so the first records are judged by what the columns mean: times
 * rise, values have less than a gibibyte, and there are not many more sizes than keys.
 */
final class CsvDoubts {
    private static final long IMPLAUSIBLE_BYTES = 1L << 30;

    /** The fewest records that tell sizes from keys. */
    private static final int FEW = 100;

    private static final int SIZES_PER_KEY = 4;
    private static final int TENTH = 10;

    private final FirstRecords first;
    private final Set<Object> keys = new HashSet<>();
    private final Set<Long> sizes = new HashSet<>();
    private long lastSize;
    private long latestNs;
    private long timesRisen;
    private long sizesRisen;
    private long sizesFallen;

    /**
     * Creates doubts about a file.
     *
     * @param file the name of the file.
     */
    CsvDoubts(String file) {
        first = new FirstRecords(file, TraceFormat.CSV);
    }

    /**
     * Looks at a request, unless enough were looked at.
     *
     * @param lines the place of the request.
     * @param request the request.
     * @throws MalformedTraceException if most requests until now make no sense.
     */
    void add(LineReader lines, Request request) throws MalformedTraceException {
        if (first.decided()) {
            return;
        }
        final String doubt = doubt(request);
        keys.add(key(request));
        sizes.add(request.size());
        timesRisen += request.timeNs() > latestNs ? 1 : 0;
        sizesRisen += request.size() > lastSize ? 1 : 0;
        sizesFallen += request.size() < lastSize ? 1 : 0;
        latestNs = Math.max(latestNs, request.timeNs());
        lastSize = request.size();
        first.add(lines.place(), doubt);
        if (first.decided()) {
            judgeColumns();
        }
    }

    /**
     * Judges a file that has ended.
     *
     * @throws MalformedTraceException if most of its first requests make no sense.
     */
    void end() throws MalformedTraceException {
        if (!first.decided()) {
            first.judge();
            judgeColumns();
        }
    }

    private String doubt(Request request) {
        if (request.timeNs() < latestNs) {
            return "its time is before that of an earlier line";
        }
        return request.size() >= IMPLAUSIBLE_BYTES
                ? "its size is " + request.size() + " bytes, which is at least 1 GiB"
                : null;
    }

    private void judgeColumns() throws MalformedTraceException {
        final long records = first.records();
        if (records < FEW) {
            return;
        }
        if (sizes.size() > SIZES_PER_KEY * keys.size()) {
            throw first.refusal(
                    "the first "
                            + records
                            + " records have "
                            + keys.size()
                            + " keys and "
                            + sizes.size()
                            + " sizes, as if both columns were swapped");
        }
        if (timesRisen <= 1 && sizesFallen <= 1 && sizesRisen > records / TENTH) {
            throw first.refusal(
                    "the times of the first "
                            + records
                            + " records do not rise but the sizes do, as if the columns were"
                            + " swapped");
        }
    }

    private static Object key(Request request) {
        return request.numeric() ? (Object) request.key() : new UnsafeBuffer(bytes(request));
    }

    private static byte[] bytes(Request request) {
        final byte[] bytes = new byte[request.keyLength()];
        request.keyBuffer().getBytes(0, bytes);
        return bytes;
    }
}
