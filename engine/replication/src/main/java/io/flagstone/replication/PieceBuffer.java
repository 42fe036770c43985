// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Collects the pieces of a change. They come in order. */
final class PieceBuffer {
    private static final long NONE = 0;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private long number = NONE;
    private int totalLength;
    private int length;

    void reset() {
        number = NONE;
    }

    /**
     * Adds a piece.
     *
     * @return what is wrong with it, or null. A piece without those before it is left out: a
     *     replica that joins may meet one.
     */
    String add(
            long ofNumber,
            int ofTotal,
            int partOffset,
            DirectBuffer source,
            int offset,
            int partLength) {
        if (partOffset == 0) {
            if (ofTotal < Messages.CHANGE_BYTES || ofTotal > Messages.MAX_CHANGE_BYTES) {
                return "length of a change is out of range: totalLength=" + ofTotal;
            }
            if (ofTotal > buffer.capacity()) {
                buffer.wrap(new byte[ofTotal]);
            }
            number = ofNumber;
            totalLength = ofTotal;
            length = 0;
        } else if (ofNumber != number || partOffset != length || ofTotal != totalLength) {
            reset();
            return null;
        }
        if (partLength > totalLength - length) {
            return "piece is too long: partLength=" + partLength;
        }
        buffer.putBytes(length, source, offset, partLength);
        length += partLength;
        return null;
    }

    boolean isComplete() {
        return number != NONE && length == totalLength;
    }

    int length() {
        return length;
    }

    DirectBuffer buffer() {
        return buffer;
    }
}
