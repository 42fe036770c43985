// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;
import java.util.regex.Pattern;

/** Reads runs of blocks: first block, number of blocks, an unused field, request number. */
final class ArcReader implements TraceReader {
    private static final Pattern SPACE = Pattern.compile("[ \t]+");
    private static final int COLUMNS = 4;

    /** The largest run. A request for more blocks is a number of something else. */
    private static final long MAX_BLOCKS = 1L << 20;

    private final LineReader lines;
    private final FirstRecords first;
    private long lastNumber = -1;
    private long next;
    private long left;
    private long requests;

    ArcReader(LineReader lines) {
        this.lines = lines;
        this.first = new FirstRecords(lines.name(), TraceFormat.ARC);
    }

    @Override
    public boolean next(Request request) throws IOException {
        if (left == 0 && !nextRun()) {
            if (requests == 0) {
                throw lines.malformedFile("no requests in it");
            }
            return false;
        }
        request.set(Request.UNKNOWN, Request.UNKNOWN, Request.UNKNOWN);
        request.numericKey(next);
        next++;
        left--;
        requests++;
        return true;
    }

    private boolean nextRun() throws IOException {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        if (line == null) {
            if (!first.decided()) {
                first.judge();
            }
            return false;
        }
        final String[] columns = SPACE.split(line.strip());
        if (columns.length != COLUMNS) {
            throw lines.malformed(
                    columns.length
                            + (columns.length == 1 ? " column" : " columns")
                            + " instead of "
                            + COLUMNS);
        }
        next = Numbers.natural(columns[0], "first block", lines);
        left = Numbers.natural(columns[1], "number of blocks", lines);
        Numbers.whole(columns[2], "third column", lines);
        final long number = Numbers.whole(columns[3], "request number", lines);
        if (left == 0) {
            throw lines.malformed("number of blocks is zero");
        }
        if (left > MAX_BLOCKS) {
            throw lines.malformed(
                    "number of blocks is " + left + ", which is more than " + MAX_BLOCKS);
        }
        if (next > Long.MAX_VALUE - left) {
            throw lines.malformed("the run's last block does not fit 64 bits");
        }
        if (!first.decided()) {
            first.add(
                    lines.place(),
                    number > lastNumber ? null : "its request number does not rise: " + number);
            lastNumber = number;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
