// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.BatchResponseDecoder;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.RegisterEncoder;
import io.flagstone.cluster.codec.RegisteredDecoder;
import io.flagstone.cluster.codec.ResponseDecoder;
import io.flagstone.cluster.codec.Status;
import io.flagstone.cluster.codec.UnregisterEncoder;
import io.flagstone.cluster.internal.ClusterConnection;
import io.flagstone.cluster.internal.RequestWindow;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The client's side of requests: makes the client known to the cluster, sends requests and sends
 * them again, and passes on each response once.
 *
 * <p>One thread at a time.
 */
abstract class RequestSession implements AutoCloseable {
    static final DirectBuffer EMPTY = new UnsafeBuffer(new byte[0]);

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final RegisterEncoder register = new RegisterEncoder();
    private final RegisteredDecoder registered = new RegisteredDecoder();
    private final ResponseDecoder response = new ResponseDecoder();
    private final BatchResponseDecoder batchResponse = new BatchResponseDecoder();
    private final UnsafeBuffer small = new UnsafeBuffer(new byte[64]);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final ClusterClientContext context;
    private final ResponseHandler handler;
    private final ClusterConnection connection;
    private RequestWindow window;
    private long clientId = newClientId();
    private boolean known;
    private boolean refused;
    private long registerSentNs;
    private boolean registerSent;
    private long lastPosition;
    private boolean closed;

    RequestSession(ClusterClientContext context, ResponseHandler handler) {
        this.context = context;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.connection =
                new ClusterConnection(
                        context::newConnection,
                        this::onMessage,
                        context.clock(),
                        context.retryAfterNs());
    }

    /** Waits until the cluster knows this client. */
    final void awaitKnown() {
        final long startNs = context.clock().nanoTime();
        final IdleStrategy idle = context.idleStrategy();
        idle.reset();
        while (!known) {
            if (refused) {
                throw new ClusterRequestException(
                        "the cluster has as many clients as it allows", Outcome.TOO_MANY_CLIENTS);
            }
            if (context.clock().nanoTime() - startNs > context.requestTimeoutNs()) {
                throw new ClusterRequestException(
                        "no connection to the cluster within "
                                + context.requestTimeoutNs()
                                + " ns: "
                                + connection.lastFailure(),
                        Outcome.TIMED_OUT);
            }
            idle.idle(poll());
        }
    }

    private static long newClientId() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    /**
     * Sends what is to be sent, passes on the responses that have arrived, and ends the requests
     * that have timed out.
     *
     * @return 0 if there was nothing to do.
     */
    public int poll() {
        int work = connection.poll();
        final long nowNs = context.clock().nanoTime();
        if (connection.takeRenewed()) {
            registerSent = false;
            if (window != null) {
                window.sendAgain();
            }
        }
        if (!known) {
            sendRegister(nowNs);
        } else {
            if (!window.isEmpty()) {
                work += expire(nowNs);
                if (!window.hasToSend()
                        && !window.isEmpty()
                        && nowNs - window.lastSendNs() > context.retryAfterNs()) {
                    window.sendAgain();
                }
            }
            work += window.send(connection, clientId, nowNs);
        }
        return work;
    }

    private void sendRegister(long nowNs) {
        if (!registerSent || nowNs - registerSentNs > context.retryAfterNs()) {
            register.wrapAndApplyHeader(small, 0, headerEncoder).clientId(clientId);
            registerSent =
                    connection.offer(
                            small, register.encodedLength() + headerEncoder.encodedLength());
            registerSentNs = nowNs;
        }
    }

    private int expire(long nowNs) {
        int ended = 0;
        for (long sequence = window.oldest(); sequence < window.next(); sequence++) {
            if (nowNs - window.startNs(sequence) <= context.requestTimeoutNs()) {
                break;
            }
            if (window.isPending(sequence)) {
                end(sequence, Outcome.TIMED_OUT);
                ended++;
            }
        }
        return ended;
    }

    private void end(long sequence, Outcome outcome) {
        window.complete(sequence);
        handler.onResponse(sequence, outcome, 0, EMPTY, 0, 0);
    }

    private void onMessage(DirectBuffer buffer, int offset, int length) {
        header.wrap(buffer, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            return;
        }
        switch (header.templateId()) {
            case RegisteredDecoder.TEMPLATE_ID -> onRegistered(buffer, offset);
            case ResponseDecoder.TEMPLATE_ID -> onResponse(buffer, offset);
            case BatchResponseDecoder.TEMPLATE_ID -> onBatchResponse(buffer, offset, length);
            default -> {
                // Of a later version.
            }
        }
    }

    private void onRegistered(DirectBuffer buffer, int offset) {
        registered.wrapAndApplyHeader(buffer, offset, header);
        if (registered.clientId() == clientId && !known) {
            known = registered.status() == Status.OK;
            refused = !known;
            if (known && window == null) {
                window = new RequestWindow(registered.window());
            }
        }
    }

    private void onResponse(DirectBuffer buffer, int offset) {
        response.wrapAndApplyHeader(buffer, offset, header);
        final long sequence = response.sequence();
        if (response.clientId() != clientId || !known || !window.isPending(sequence)) {
            // A second response, or one to a request that was given up.
            return;
        }
        final Status status = response.status();
        if (status == Status.UNKNOWN_CLIENT) {
            forget();
            return;
        }
        lastPosition = Math.max(lastPosition, response.logPosition());
        final long number = response.number();
        response.wrapValue(view);
        window.complete(sequence);
        handler.onResponse(sequence, Outcome.of(status), number, view, 0, view.capacity());
    }

    private void onBatchResponse(DirectBuffer buffer, int offset, int length) {
        batchResponse.wrapAndApplyHeader(buffer, offset, header);
        final long sequence = batchResponse.sequence();
        if (batchResponse.clientId() != clientId || !known || !window.isPending(sequence)) {
            return;
        }
        lastPosition = Math.max(lastPosition, batchResponse.logPosition());
        final int at = offset + MessageHeaderDecoder.ENCODED_LENGTH + header.blockLength();
        window.complete(sequence);
        handler.onResponse(
                sequence,
                Outcome.of(batchResponse.status()),
                batchResponse.number(),
                buffer,
                at,
                offset + length - at);
    }

    /** Ends all requests, because the cluster has forgotten this client. */
    private void forget() {
        known = false;
        registerSent = false;
        clientId = newClientId();
        final long end = window.next();
        for (long sequence = window.oldest(); sequence < end; sequence++) {
            if (window.isPending(sequence)) {
                end(sequence, Outcome.UNKNOWN_CLIENT);
            }
        }
    }

    /**
     * Returns how many requests are under way.
     *
     * @return the number of requests from the oldest one without a response on.
     */
    public long pending() {
        return window.next() - window.oldest();
    }

    /**
     * Returns the position of the log at the last response. A member that has applied it has this
     * client's writes.
     *
     * @return the position.
     */
    public long lastPosition() {
        return lastPosition;
    }

    /**
     * Returns the member that this client takes for the leader.
     *
     * @return its identity, or -1 if there is no session.
     */
    public int leaderMemberId() {
        return connection.leaderMemberId();
    }

    /** Returns whether no request can begin now. */
    final boolean isBusy() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        return !known || window.isFull();
    }

    /** Returns the buffer for the next request. */
    final ExpandableArrayBuffer nextBuffer() {
        return window.nextBuffer();
    }

    /** Begins the request that was written to {@link #nextBuffer}. Returns its number. */
    final long commit(int length) {
        if (!connection.takes(length)) {
            throw new IllegalArgumentException(
                    "the request is longer than the terms of the ingress channel allow: length="
                            + length);
        }
        final long nowNs = context.clock().nanoTime();
        final long sequence = window.add(length, nowNs);
        window.send(connection, clientId, nowNs);
        return sequence;
    }

    /**
     * Leaves the cluster. Requests under way have no further outcome. Closing again does nothing.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (known) {
                final UnregisterEncoder leave = new UnregisterEncoder();
                leave.wrapAndApplyHeader(small, 0, headerEncoder).clientId(clientId);
                connection.offer(small, leave.encodedLength() + headerEncoder.encodedLength());
            }
            connection.close();
        }
    }
}
