// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.Publication;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.client.EgressListener;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;

/**
 * A session with the cluster that is opened again when it is lost.
 *
 * <p>Not thread-safe.
 */
public final class ClusterConnection implements EgressListener, AutoCloseable {
    private static final long KEEP_ALIVE_NS = TimeUnit.SECONDS.toNanos(1);

    /** Receives messages. */
    @FunctionalInterface
    public interface MessageHandler {
        /** Called for each message. */
        void onMessage(DirectBuffer buffer, int offset, int length);
    }

    private final Supplier<AeronCluster.Context> contexts;
    private final MessageHandler handler;
    private final NanoClock clock;
    private final long retryAfterNs;
    private AeronCluster.AsyncConnect connecting;
    private AeronCluster session;
    private boolean renewed;
    private long nextAttemptNs;
    private long lastKeepAliveNs;
    private Exception lastFailure;

    /** Creates a connection, which {@link #poll} opens. */
    public ClusterConnection(
            Supplier<AeronCluster.Context> contexts,
            MessageHandler handler,
            NanoClock clock,
            long retryAfterNs) {
        this.contexts = contexts;
        this.handler = handler;
        this.clock = clock;
        this.retryAfterNs = retryAfterNs;
        this.nextAttemptNs = clock.nanoTime();
    }

    /** Opens the session if necessary, and passes on the messages that have arrived. */
    public int poll() {
        if (session == null) {
            return connect();
        }
        final long nowNs = clock.nanoTime();
        int work = 0;
        try {
            work = session.pollEgress();
            if (nowNs - lastKeepAliveNs > KEEP_ALIVE_NS) {
                lastKeepAliveNs = nowNs;
                session.sendKeepAlive();
            }
        } catch (final AeronException e) {
            lastFailure = e;
            drop();
        }
        if (session != null && session.isClosed()) {
            drop();
        }
        return work;
    }

    private int connect() {
        final long nowNs = clock.nanoTime();
        if (connecting == null && nowNs - nextAttemptNs < 0) {
            return 0;
        }
        try {
            if (connecting == null) {
                connecting = AeronCluster.asyncConnect(contexts.get().egressListener(this));
            }
            session = connecting.poll();
            if (session != null) {
                connecting = null;
                renewed = true;
                lastKeepAliveNs = nowNs;
                return 1;
            }
        } catch (final AeronException e) {
            lastFailure = e;
            CloseHelper.quietClose(connecting);
            connecting = null;
            nextAttemptNs = nowNs + retryAfterNs;
        }
        return 0;
    }

    private void drop() {
        CloseHelper.quietClose(session);
        session = null;
        nextAttemptNs = clock.nanoTime();
    }

    /**
     * Offers a message.
     *
     * @return whether it was taken.
     */
    public boolean offer(DirectBuffer buffer, int length) {
        return session != null && session.offer(buffer, 0, length) > 0;
    }

    /** Returns whether a message of this length can be sent, or nobody knows yet. */
    public boolean takes(int length) {
        final Publication publication = session == null ? null : session.ingressPublication();
        return publication == null
                || length <= publication.maxMessageLength() - AeronCluster.SESSION_HEADER_LENGTH;
    }

    /** Returns whether there is a new session or a new leader since the last call. */
    public boolean takeRenewed() {
        final boolean result = renewed;
        renewed = false;
        return result;
    }

    /** Returns whether there is a session. */
    public boolean isConnected() {
        return session != null;
    }

    /** Returns the identity of the leader, or -1. */
    public int leaderMemberId() {
        return session == null ? -1 : session.leaderMemberId();
    }

    /** Returns why the last session or attempt failed, or null. */
    public Exception lastFailure() {
        return lastFailure;
    }

    @Override
    public void onMessage(
            long clusterSessionId,
            long timestamp,
            DirectBuffer buffer,
            int offset,
            int length,
            Header header) {
        handler.onMessage(buffer, offset, length);
    }

    @Override
    public void onNewLeader(
            long clusterSessionId,
            long leadershipTermId,
            int leaderMemberId,
            String ingressEndpoints) {
        renewed = true;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(connecting);
        CloseHelper.quietClose(session);
        connecting = null;
        session = null;
    }
}
