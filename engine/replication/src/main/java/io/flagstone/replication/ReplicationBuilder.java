// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The settings that a publisher and a replica share. Not thread-safe.
 *
 * @param <B> the builder itself.
 */
public abstract class ReplicationBuilder<B extends ReplicationBuilder<B>> {
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
    private NanoClock clock = SystemNanoClock.INSTANCE;
    private EpochNanoClock epochClock = new OffsetEpochNanoClock();
    private long retryNs = TimeUnit.SECONDS.toNanos(1);
    private ErrorHandler errorHandler =
            problem ->
                    System.getLogger(ReplicationBuilder.class.getPackageName())
                            .log(System.Logger.Level.WARNING, "replication", problem);

    ReplicationBuilder() {}

    abstract B self();

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
     * Sets what connects to the media driver. The agent calls it when it first works, and again
     * when the client was closed because the driver ended. The agent closes the clients.
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
     * Sets the stream from the primary to its replicas.
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
     * Sets the stream from the replicas to the primary.
     *
     * @param id the stream's id.
     * @return this.
     */
    public B statusStreamId(int id) {
        statusStreamId = id;
        return self();
    }

    /**
     * Sets the clock of intervals.
     *
     * @param nanoClock the clock.
     * @return this.
     */
    public B clock(NanoClock nanoClock) {
        clock = Objects.requireNonNull(nanoClock, "nanoClock");
        return self();
    }

    /**
     * Sets the clock of the times that are sent.
     *
     * @param nanoClock the clock.
     * @return this.
     */
    public B epochClock(EpochNanoClock nanoClock) {
        epochClock = Objects.requireNonNull(nanoClock, "nanoClock");
        return self();
    }

    /**
     * Sets how long to wait, in nanoseconds, after the driver refused. The default is 1 s.
     *
     * @param intervalNs nanoseconds.
     * @return this.
     */
    public B retryNs(long intervalNs) {
        retryNs = positive("retryNs", intervalNs);
        return self();
    }

    /**
     * Sets what takes errors that no caller can take. The default logs them.
     *
     * @param handler takes the errors.
     * @return this.
     */
    public B errorHandler(ErrorHandler handler) {
        errorHandler = Objects.requireNonNull(handler, "handler");
        return self();
    }

    static long positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
        }
        return value;
    }

    final AeronLink link() {
        if (aeron == null && connector == null) {
            throw new IllegalArgumentException("set aeron or connector");
        }
        return aeron != null
                ? AeronLink.of(aeron, retryNs, errorHandler)
                : AeronLink.of(connector, retryNs, errorHandler);
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

    final NanoClock clock() {
        return clock;
    }

    final EpochNanoClock epochClock() {
        return epochClock;
    }

    final ErrorHandler errorHandler() {
        return errorHandler;
    }
}
