// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.RequestEncoder;
import java.nio.ByteOrder;
import org.agrona.ExpandableArrayBuffer;

/**
 * The requests of a client that are under way, as they are sent and sent again.
 *
 * <p>Not thread-safe. Allocates only when a request is longer than any before in its slot.
 */
public final class RequestWindow {
    private static final int CLIENT_ID_AT =
            MessageHeaderEncoder.ENCODED_LENGTH + RequestEncoder.clientIdEncodingOffset();
    private static final int SEQUENCE_AT =
            MessageHeaderEncoder.ENCODED_LENGTH + RequestEncoder.sequenceEncodingOffset();
    private static final int OLDEST_AT =
            MessageHeaderEncoder.ENCODED_LENGTH + RequestEncoder.oldestEncodingOffset();
    private static final int FIRST_BYTES = 256;

    private final ExpandableArrayBuffer[] buffers;
    private final int[] lengths;
    private final long[] startNs;
    private final boolean[] pending;
    private long oldest;
    private long next;
    private long toSend;
    private long lastSendNs;

    /** Creates an empty window. */
    public RequestWindow(int size) {
        buffers = new ExpandableArrayBuffer[size];
        for (int i = 0; i < size; i++) {
            buffers[i] = new ExpandableArrayBuffer(FIRST_BYTES);
        }
        lengths = new int[size];
        startNs = new long[size];
        pending = new boolean[size];
    }

    /** Returns whether no further request may begin. */
    public boolean isFull() {
        return next - oldest >= buffers.length;
    }

    /** Returns whether no request is under way. */
    public boolean isEmpty() {
        return next == oldest;
    }

    /** Returns the buffer for the next request. The window must not be full. */
    public ExpandableArrayBuffer nextBuffer() {
        return buffers[slot(next)];
    }

    /** Adds the request that was written to {@link #nextBuffer}. Returns its sequence number. */
    public long add(int length, long nowNs) {
        final int slot = slot(next);
        buffers[slot].putLong(SEQUENCE_AT, next, ByteOrder.LITTLE_ENDIAN);
        lengths[slot] = length;
        startNs[slot] = nowNs;
        pending[slot] = true;
        return next++;
    }

    /** Returns whether a request is under way. */
    public boolean isPending(long sequence) {
        return sequence >= oldest && sequence < next && pending[slot(sequence)];
    }

    /** Ends a request. */
    public void complete(long sequence) {
        pending[slot(sequence)] = false;
        while (oldest < next && !pending[slot(oldest)]) {
            oldest++;
        }
        toSend = Math.max(toSend, oldest);
    }

    /** Returns the oldest request that is under way, or the next one. */
    public long oldest() {
        return oldest;
    }

    /** Returns the number that the next request will have. */
    public long next() {
        return next;
    }

    /** Returns when a request began. */
    public long startNs(long sequence) {
        return startNs[slot(sequence)];
    }

    /** Sends all requests again that are under way. */
    public void sendAgain() {
        toSend = oldest;
    }

    /** Returns when a request was sent last. */
    public long lastSendNs() {
        return lastSendNs;
    }

    /** Returns whether requests wait to be sent. */
    public boolean hasToSend() {
        return toSend < next;
    }

    /** Sends requests, in their order, until the connection takes no more. */
    public int send(ClusterConnection connection, long clientId, long nowNs) {
        int sent = 0;
        while (toSend < next) {
            final int slot = slot(toSend);
            if (pending[slot]) {
                buffers[slot].putLong(CLIENT_ID_AT, clientId, ByteOrder.LITTLE_ENDIAN);
                buffers[slot].putLong(OLDEST_AT, oldest, ByteOrder.LITTLE_ENDIAN);
                if (!connection.offer(buffers[slot], lengths[slot])) {
                    break;
                }
                lastSendNs = nowNs;
                sent++;
            }
            toSend++;
        }
        return sent;
    }

    private int slot(long sequence) {
        return (int) (sequence % buffers.length);
    }
}
