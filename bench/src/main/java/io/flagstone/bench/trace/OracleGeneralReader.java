// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads 24-byte little-endian records: time in seconds (u32), object (u64), size (u32), and the
 * next access (i64), which only a clairvoyant policy would use.
 */
final class OracleGeneralReader implements TraceReader {
    private static final int TIME_OFFSET = 0;
    private static final int OBJECT_OFFSET = 4;
    private static final int SIZE_OFFSET = 12;
    private static final int RECORD_BYTES = 24;

    private final TraceInput input;
    private final byte[] bytes = new byte[RECORD_BYTES];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private long position;

    OracleGeneralReader(TraceInput input) {
        this.input = input;
    }

    @Override
    public boolean next(Request request) throws IOException {
        final String place = input.name() + ": byte " + position;
        final int read = input.read(bytes, place);
        if (read == 0 && position > 0) {
            return false;
        }
        if (read == 0) {
            throw new MalformedTraceException(input.name(), "no requests in it");
        }
        if (read < RECORD_BYTES) {
            throw new MalformedTraceException(
                    place, "the record ends after " + read + " of " + RECORD_BYTES + " bytes");
        }
        final ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        request.set(
                TimeUnit.SECONDS.toNanos(Integer.toUnsignedLong(buffer.getInt(TIME_OFFSET, order))),
                Integer.toUnsignedLong(buffer.getInt(SIZE_OFFSET, order)),
                Request.UNKNOWN);
        request.numericKey(buffer.getLong(OBJECT_OFFSET, order));
        position += RECORD_BYTES;
        return true;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
