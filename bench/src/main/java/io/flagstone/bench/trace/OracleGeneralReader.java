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
 * sense: their time goes back, or their next access is no number of a request.
 */
final class OracleGeneralReader implements TraceReader {
    private static final int TIME_OFFSET = 0;
    private static final int OBJECT_OFFSET = 4;
    private static final int SIZE_OFFSET = 12;
    private static final int NEXT_ACCESS_OFFSET = 16;
    private static final int RECORD_BYTES = 24;
    private static final int JUDGED_RECORDS = 1_000;

    /** More requests than any trace has. */
    private static final long MAX_REQUESTS = 1L << 48;

    private final TraceInput input;
    private final byte[] bytes = new byte[RECORD_BYTES];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private long position;
    private long senseless;
    private long lastSeconds;

    OracleGeneralReader(TraceInput input) {
        this.input = input;
    }

    @Override
    public boolean next(Request request) throws IOException {
        final String place = input.name() + ": byte " + position;
        final int read = input.read(bytes, place);
        if (read == 0 && position > 0) {
            judge();
            return false;
        }
        if (read == 0) {
            throw new MalformedTraceException(input.name(), "no requests in it");
        }
        if (read < RECORD_BYTES) {
            judge();
            throw new MalformedTraceException(
                    place, "the record ends after " + read + " of " + RECORD_BYTES + " bytes");
        }
        final ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        final long seconds = Integer.toUnsignedLong(buffer.getInt(TIME_OFFSET, order));
        if (seconds < lastSeconds || !isAccess(buffer.getLong(NEXT_ACCESS_OFFSET, order))) {
            senseless++;
        }
        lastSeconds = seconds;
        request.set(
                TimeUnit.SECONDS.toNanos(seconds),
                Integer.toUnsignedLong(buffer.getInt(SIZE_OFFSET, order)),
                Request.UNKNOWN);
        request.numericKey(buffer.getLong(OBJECT_OFFSET, order));
        position += RECORD_BYTES;
        if (position == JUDGED_RECORDS * RECORD_BYTES) {
            judge();
        }
        return true;
    }

    /** Returns whether a number is that of a request or one of those that mean never. */
    private static boolean isAccess(long next) {
        return next >= -2 && next < MAX_REQUESTS || next == Long.MAX_VALUE;
    }

    /** Refuses the file if most records until now make no sense, and only near its begin. */
    private void judge() throws MalformedTraceException {
        final long records = position / RECORD_BYTES;
        if (records <= JUDGED_RECORDS && senseless > records / 2) {
            throw new MalformedTraceException(
                    input.name(),
                    senseless
                            + " of the first "
                            + records
                            + " records make no sense as "
                            + TraceFormat.ORACLE_GENERAL
                            + "; is the file in another format?");
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
