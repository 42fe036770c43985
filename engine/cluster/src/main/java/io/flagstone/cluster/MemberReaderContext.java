// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.Aeron;
import io.flagstone.cluster.internal.AeronReadLinks;
import io.flagstone.cluster.internal.ReadLinks;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The settings of a {@link MemberReader}.
 *
 * <p>Not thread-safe.
 */
public final class MemberReaderContext {
    private static final int MAX_IDLE_SHIFT = 10;

    private Supplier<Aeron> aeron;
    private boolean ownsAeron;
    private List<String> memberChannels = List.of();
    private String responseChannel = "aeron:udp?endpoint=localhost:0";
    private long requestTimeoutNs = TimeUnit.SECONDS.toNanos(5);
    private long retryAfterNs = TimeUnit.MILLISECONDS.toNanos(100);
    private IdleStrategy idleStrategy =
            new BackoffIdleStrategy(100, 10, 1_000, 1_000L << MAX_IDLE_SHIFT);
    private NanoClock clock = SystemNanoClock.INSTANCE;

    /** Creates settings without members. */
    public MemberReaderContext() {
        // There is nothing to do.
    }

    /**
     * Sets the client of a media driver. It stays open.
     *
     * @param client shared with others or not.
     * @return this.
     */
    public MemberReaderContext aeron(Aeron client) {
        Objects.requireNonNull(client, "client");
        this.aeron = () -> client;
        this.ownsAeron = false;
        return this;
    }

    /**
     * Sets the directory of a media driver. The reader has a client of its own.
     *
     * @param name of the directory.
     * @return this.
     */
    public MemberReaderContext aeronDirectory(String name) {
        Objects.requireNonNull(name, "name");
        this.aeron = () -> Aeron.connect(new Aeron.Context().aeronDirectoryName(name));
        this.ownsAeron = true;
        return this;
    }

    /**
     * Sets the members that may answer, the nearest one first. It need not be all of the cluster.
     *
     * @param channels of Aeron, such as {@link ClusterMemberContext#readChannels}.
     * @return this.
     */
    public MemberReaderContext memberChannels(List<String> channels) {
        this.memberChannels = List.copyOf(channels);
        return this;
    }

    /**
     * Sets where the members send their responses. Port 0 takes a free one. The default is {@code
     * aeron:udp?endpoint=localhost:0}, for members on this machine.
     *
     * @param channel of Aeron over UDP, with the name of this machine as the members know it.
     * @return this.
     */
    public MemberReaderContext responseChannel(String channel) {
        this.responseChannel = Objects.requireNonNull(channel, "channel");
        return this;
    }

    /**
     * Sets how long a read may take, all members included. The default is 5 seconds.
     *
     * @param ns nanoseconds.
     * @return this.
     */
    public MemberReaderContext requestTimeoutNs(long ns) {
        checkPositive("requestTimeoutNs", ns);
        this.requestTimeoutNs = ns;
        return this;
    }

    /**
     * Sets after which time without a response the next member is asked. The default is 100 ms.
     *
     * @param ns nanoseconds.
     * @return this.
     */
    public MemberReaderContext retryAfterNs(long ns) {
        checkPositive("retryAfterNs", ns);
        this.retryAfterNs = ns;
        return this;
    }

    /**
     * Sets how a call waits for its response. By default it spins, yields, and parks for up to a
     * millisecond.
     *
     * @param strategy not shared with other threads.
     * @return this.
     */
    public MemberReaderContext idleStrategy(IdleStrategy strategy) {
        this.idleStrategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * Sets the clock for time-outs.
     *
     * @param nanoClock the default is the system's.
     * @return this.
     */
    public MemberReaderContext clock(NanoClock nanoClock) {
        this.clock = Objects.requireNonNull(nanoClock, "nanoClock");
        return this;
    }

    private static void checkPositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
        }
    }

    ReadLinks open() {
        if (aeron == null) {
            throw new IllegalArgumentException("set aeron or aeronDirectory");
        }
        if (memberChannels.isEmpty()) {
            throw new IllegalArgumentException("memberChannels must be set");
        }
        return new AeronReadLinks(aeron.get(), ownsAeron, memberChannels, responseChannel);
    }

    long requestTimeoutNs() {
        return requestTimeoutNs;
    }

    long retryAfterNs() {
        return retryAfterNs;
    }

    IdleStrategy idleStrategy() {
        return idleStrategy;
    }

    NanoClock clock() {
        return clock;
    }
}
