// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import java.util.Objects;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.OffsetEpochNanoClock;

/**
 * The settings that a publisher and a replica share. Not thread-safe.
 *
 * @param <B> the builder itself.
 */
public abstract class ReplicationBuilder<B extends ReplicationBuilder<B>> extends AgentBuilder<B> {
    /** The default of {@link #streamId}. */
    public static final int DEFAULT_STREAM_ID = 6186;

    /** The default of {@link #statusStreamId}. */
    public static final int DEFAULT_STATUS_STREAM_ID = 6187;

    private static final String IPC = "aeron:ipc";

    private Aeron aeron;
    private Supplier<Aeron> connector;
    private String channel = IPC;
    private int streamId = DEFAULT_STREAM_ID;
    private String statusChannel = IPC;
    private int statusStreamId = DEFAULT_STATUS_STREAM_ID;
    private EpochNanoClock epochClock = new OffsetEpochNanoClock();

    ReplicationBuilder() {}

    /**
     * Sets the client of the media driver. The caller closes it, after the agent that uses it. If
     * it is closed before, the agent does nothing any more.
     *
     * @param client the client.
     * @return this.
     */
    public B aeron(Aeron client) {
        aeron = Objects.requireNonNull(client, "client");
        connector = null;
        return self();
    }

    /**
     * Sets the supplier of clients of the media driver. The agent calls it when it first works, and
     * again when the client was closed because the driver ended. The agent closes the clients.
     *
     * @param supplier returns a new client, or throws if there is no driver. It runs on the agent's
     *     thread, so it should not wait for long: see {@code driverTimeoutMs} of Aeron's context.
     * @return this.
     */
    public B connector(Supplier<Aeron> supplier) {
        connector = Objects.requireNonNull(supplier, "supplier");
        aeron = null;
        return self();
    }

    /**
     * Sets the channel from the primary to its replicas. The default is IPC.
     *
     * @param uri the channel's URI.
     * @return this.
     */
    public B channel(String uri) {
        channel = Objects.requireNonNull(uri, "uri");
        return self();
    }

    /**
     * Sets the stream from the primary to its replicas. The default is {@link #DEFAULT_STREAM_ID}.
     *
     * @param id the stream's id.
     * @return this.
     */
    public B streamId(int id) {
        streamId = id;
        return self();
    }

    /**
     * Sets the channel from the replicas to the primary. The default is IPC.
     *
     * @param uri the channel's URI.
     * @return this.
     */
    public B statusChannel(String uri) {
        statusChannel = Objects.requireNonNull(uri, "uri");
        return self();
    }

    /**
     * Sets the stream from the replicas to the primary. The default is {@link
     * #DEFAULT_STATUS_STREAM_ID}.
     *
     * @param id the stream's id.
     * @return this.
     */
    public B statusStreamId(int id) {
        statusStreamId = id;
        return self();
    }

    /**
     * Sets the clock of the times that are sent. The default is the system's wall clock, to the
     * nanosecond.
     *
     * @param nanoClock the clock.
     * @return this.
     */
    public B epochClock(EpochNanoClock nanoClock) {
        epochClock = Objects.requireNonNull(nanoClock, "nanoClock");
        return self();
    }

    final AeronLink link() {
        if (aeron == null && connector == null) {
            throw new IllegalArgumentException("set aeron or connector");
        }
        return aeron != null
                ? AeronLink.of(aeron, retryNs(), errorHandler())
                : AeronLink.of(connector, retryNs(), errorHandler());
    }

    final String channel() {
        return channel;
    }

    final int streamId() {
        return streamId;
    }

    final String statusChannel() {
        return statusChannel;
    }

    final int statusStreamId() {
        return statusStreamId;
    }

    final EpochNanoClock epochClock() {
        return epochClock;
    }
}
