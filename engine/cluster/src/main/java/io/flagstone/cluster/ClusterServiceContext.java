// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.CacheBuilder;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The settings of a {@link FlagstoneClusteredService}. All but the clocks, the handler, the channel
 * for reads and the threads must be the same in all members.
 *
 * <p>Not thread-safe.
 */
public final class ClusterServiceContext {
    private static final int MAX_WINDOW = 1 << 14;

    private CacheBuilder cache;
    private long hashSeed;
    private int maxClients = 64;
    private int window = 256;
    private long clientIdleTimeoutNs = TimeUnit.MINUTES.toNanos(10);
    private int maxResponseBytes = 1 << 20;
    private int moveListBytes = 1 << 28;
    private long tickMs = 100;
    private String readChannel;
    private EpochClock epochClock = SystemEpochClock.INSTANCE;
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;
    private ErrorHandler divergenceHandler;
    private ThreadFactory snapshotThreads = ClusterState.LOADERS;

    /** Creates settings without a cache. */
    public ClusterServiceContext() {
        // There is nothing to do.
    }

    /**
     * Sets the cache; see {@link ClusterState}.
     *
     * @param builder with memory and segments.
     * @param seed of the hash, the same for good.
     * @return this.
     */
    public ClusterServiceContext cache(CacheBuilder builder, long seed) {
        this.cache = Objects.requireNonNull(builder, "builder");
        this.hashSeed = seed;
        return this;
    }

    /**
     * Sets how many clients the cluster knows at a time. The default is 64.
     *
     * @param clients at least 1.
     * @return this.
     */
    public ClusterServiceContext maxClients(int clients) {
        CallContext.checkPositive("maxClients", clients);
        this.maxClients = clients;
        return this;
    }

    /**
     * Sets how many requests a client may have under way. Each member keeps 17 bytes for each of
     * them and each client. The default is 256.
     *
     * @param requests 1 to 16 384.
     * @return this.
     */
    public ClusterServiceContext window(int requests) {
        CallContext.checkPositive("window", requests);
        if (requests > MAX_WINDOW) {
            throw new IllegalArgumentException(
                    "window must be at most " + MAX_WINDOW + ": window=" + requests);
        }
        this.window = requests;
        return this;
    }

    /**
     * Sets after which time without a request a client may have to make room for a new one. Its
     * requests are refused then. The default is 10 minutes.
     *
     * @param ns nanoseconds of the cluster's time.
     * @return this.
     */
    public ClusterServiceContext clientIdleTimeoutNs(long ns) {
        CallContext.checkPositive("clientIdleTimeoutNs", ns);
        this.clientIdleTimeoutNs = ns;
        return this;
    }

    /**
     * Sets the longest response to a batch of reads. The default is 1 MiB.
     *
     * @param bytes at least 1.
     * @return this.
     */
    public ClusterServiceContext maxResponseBytes(int bytes) {
        CallContext.checkPositive("maxResponseBytes", bytes);
        this.maxResponseBytes = bytes;
        return this;
    }

    /**
     * Sets the most memory outside the heap that the list of keys takes while slots move to another
     * shard. It takes 16 bytes for each key of a step and the key, by the MiB, and is freed at the
     * end of the step. If a step needs more, it is aborted. The default is 256 MiB.
     *
     * @param bytes at least 1 MiB.
     * @return this.
     */
    public ClusterServiceContext moveListBytes(int bytes) {
        if (bytes < 1 << 20) {
            throw new IllegalArgumentException(
                    "moveListBytes must be at least 1048576: moveListBytes=" + bytes);
        }
        this.moveListBytes = bytes;
        return this;
    }

    /**
     * Sets how often the leader logs the time. It is the least staleness that a member can promise
     * for reads without the log while no requests come. The default is 100 ms.
     *
     * @param ms milliseconds.
     * @return this.
     */
    public ClusterServiceContext tickMs(long ms) {
        CallContext.checkPositive("tickMs", ms);
        this.tickMs = ms;
        return this;
    }

    /**
     * Sets where this member takes requests of {@link MemberReader}s. By default it takes none. As
     * many readers are served as there may be clients.
     *
     * @param channel of Aeron, such as {@link ClusterMemberContext#readChannel}.
     * @return this.
     */
    public ClusterServiceContext readChannel(String channel) {
        this.readChannel = Objects.requireNonNull(channel, "channel");
        return this;
    }

    /**
     * Sets the wall clock to which local reads compare the cluster's time. The default is the
     * system's.
     *
     * @param clock of milliseconds since 1970.
     * @return this.
     */
    public ClusterServiceContext epochClock(EpochClock clock) {
        this.epochClock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /**
     * Sets the clock for the wait for a client that takes no responses, for the time that a
     * snapshot takes, and for the age of the state. It decides nothing that members must agree on.
     * The default is the system's.
     *
     * @param clock of nanoseconds.
     * @return this.
     */
    public ClusterServiceContext nanoClock(NanoClock clock) {
        this.nanoClock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /**
     * Sets the handler that is told if this member differs from the others. By default the
     * service's own error handler is told. A handler may throw an {@link
     * org.agrona.concurrent.AgentTerminationException} to stop the member.
     *
     * @param handler receives a {@link DivergenceException}, in the thread of the service.
     * @return this.
     */
    public ClusterServiceContext divergenceHandler(ErrorHandler handler) {
        this.divergenceHandler = handler;
        return this;
    }

    /**
     * Sets the factory of the thread that fills the second cache while a snapshot is written, one
     * for each snapshot; see {@link ClusterState}. It can place the thread on a processor. By
     * default it is a daemon thread, and none if the machine has one processor.
     *
     * @param factory null, or one that returns null, lets the service's thread do it. Then the
     *     snapshot stops the member for longer.
     * @return this.
     */
    public ClusterServiceContext snapshotThreads(ThreadFactory factory) {
        this.snapshotThreads = factory;
        return this;
    }

    ClusterState newState() {
        if (cache == null) {
            throw new IllegalArgumentException("cache must be set");
        }
        return new ClusterState(cache, hashSeed, snapshotThreads);
    }

    int maxClients() {
        return maxClients;
    }

    int window() {
        return window;
    }

    long clientIdleTimeoutNs() {
        return clientIdleTimeoutNs;
    }

    int maxResponseBytes() {
        return maxResponseBytes;
    }

    int moveListBytes() {
        return moveListBytes;
    }

    long tickMs() {
        return tickMs;
    }

    String readChannel() {
        return readChannel;
    }

    EpochClock epochClock() {
        return epochClock;
    }

    NanoClock nanoClock() {
        return nanoClock;
    }

    ErrorHandler divergenceHandler() {
        return divergenceHandler;
    }

    /** Returns a number that differs if members have different settings. */
    long fingerprint() {
        return ((maxClients * 31L + window) * 31 + clientIdleTimeoutNs) * 31 + maxResponseBytes;
    }
}
