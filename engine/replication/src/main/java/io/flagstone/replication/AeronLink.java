// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;

/**
 * A client of a media driver. If the client was closed, because the driver ended, and there is a
 * connector, connects again, at most once in each interval.
 *
 * <p>Not thread-safe.
 */
final class AeronLink implements AutoCloseable {
    private final Supplier<Aeron> connector;
    private final long retryNs;
    private final ErrorHandler errorHandler;
    private final boolean isOwner;
    private Aeron client;
    private boolean isRefused;
    private long refusedNs;

    private AeronLink(
            Aeron client, Supplier<Aeron> connector, long retryNs, ErrorHandler errorHandler) {
        this.client = client;
        this.connector = connector;
        this.retryNs = retryNs;
        this.errorHandler = errorHandler;
        this.isOwner = connector != null;
    }

    /** Uses a client of the caller, and no other. Never closes it. */
    static AeronLink of(Aeron client, long retryNs, ErrorHandler errorHandler) {
        return new AeronLink(client, null, retryNs, errorHandler);
    }

    /** Uses the clients of a connector, and closes them. */
    static AeronLink of(Supplier<Aeron> connector, long retryNs, ErrorHandler errorHandler) {
        return new AeronLink(null, connector, retryNs, errorHandler);
    }

    /** Does the work of a client that has no thread of its own. */
    int invoke() {
        final AgentInvoker invoker = client == null ? null : client.conductorAgentInvoker();
        return invoker == null || client.isClosed() ? 0 : invoker.invoke();
    }

    /** Returns whether the client that was returned last is open. */
    boolean isOpen() {
        return client != null && !client.isClosed();
    }

    /** Returns an open client, or null if there is none now. */
    Aeron client(long nowNs) {
        if (isOpen()) {
            return isTooEarly(nowNs) ? null : client;
        }
        if (!isOwner || isTooEarly(nowNs)) {
            return null;
        }
        CloseHelper.quietClose(client);
        client = null;
        try {
            client = connector.get();
        } catch (final RuntimeException e) {
            refused(e, nowNs);
        }
        return client;
    }

    /** Takes note that the driver refused a request. The next attempt waits. */
    void refused(RuntimeException problem, long nowNs) {
        isRefused = true;
        refusedNs = nowNs;
        errorHandler.onError(problem);
    }

    private boolean isTooEarly(long nowNs) {
        if (isRefused && nowNs - refusedNs >= retryNs) {
            isRefused = false;
        }
        return isRefused;
    }

    @Override
    public void close() {
        if (isOwner) {
            CloseHelper.quietClose(client);
        }
    }
}
