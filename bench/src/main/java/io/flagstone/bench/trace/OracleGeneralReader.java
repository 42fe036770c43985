// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads 24-byte little-endian records: time in seconds (u32), object (u64), size (u32), and the
 * next access (i64), which only a clairvoyant policy would use.
 *
 * <p>Any bytes are records of some kind. So a file is refused if most of its first records make no
 * sense: they are text, their time goes back, or their next access is no number of a request.
 */
final class OracleGeneralReader implements TraceReader {
    private static final int TIME_OFFSET = 0;
    private static final int OBJECT_OFFSET = 4;
    private static final int SIZE_OFFSET = 12;
    private static final int NEXT_ACCESS_OFFSET = 16;
    private static final int RECORD_BYTES = 24;

    /** More requests than any trace has. */
    private static final long MAX_REQUESTS = 1L << 48;

    private final TraceInput input;
    private final byte[] bytes = new byte[RECORD_BYTES];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final FirstRecords first;
    private long position;
    private long lastSeconds;

    OracleGeneralReader(TraceInput input) {
        this.input = input;
        this.first = new FirstRecords(input.name(), TraceFormat.ORACLE_GENERAL);
    }

    @Override
    public boolean next(Request request) throws IOException {
        final String place = input.name() + ": byte " + position;
        final int read = input.read(bytes, place);
        if (read < RECORD_BYTES) {
            return end(read, place);
        }
        final ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        final long seconds = Integer.toUnsignedLong(buffer.getInt(TIME_OFFSET, order));
        if (!first.decided()) {
            first.add(place, doubt(seconds, buffer.getLong(NEXT_ACCESS_OFFSET, order)));
        }
        lastSeconds = seconds;
        request.set(
                TimeUnit.SECONDS.toNanos(seconds),
                Integer.toUnsignedLong(buffer.getInt(SIZE_OFFSET, order)),
                Request.UNKNOWN);
        request.numericKey(buffer.getLong(OBJECT_OFFSET, order));
        position += RECORD_BYTES;
        return true;
    }

    /** Ends the trace, unless the last record is incomplete or most records make no sense. */
    private boolean end(int read, String place) throws MalformedTraceException {
        if (!first.decided()) {
            first.judge();
        }
        final String expectation = "; " + TraceFormat.ORACLE_GENERAL.expectation();
        if (read > 0) {
            throw new MalformedTraceException(
                    place,
                    "the record ends after "
                            + read
                            + " of "
                            + RECORD_BYTES
                            + " bytes: is the file cut off?"
                            + expectation);
        }
        if (position == 0) {
            throw new MalformedTraceException(input.name(), "no requests in it" + expectation);
        }
        return false;
    }

    /** Returns why a record makes no sense, or null if it does. */
    private String doubt(long seconds, long next) {
        if (isText()) {
            return "it is text";
        }
        if (seconds < lastSeconds) {
            return "its time goes back";
        }
        return isAccess(next) ? null : "its next access is no number of a request: " + next;
    }

    private boolean isText() {
        for (final byte one : bytes) {
            if (one < ' ' && one != '\n' && one != '\r' && one != '\t') {
                return false;
            }
        }
        return true;
    }

    /** Returns whether a number is that of a request or one of those that mean never. */
    private static boolean isAccess(long next) {
        return next >= -2 && next < MAX_REQUESTS || next == Long.MAX_VALUE;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
