// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.cluster.client.AeronCluster;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The settings of a client.
 *
 * <p>Not thread-safe.
 */
public final class ClusterClientContext {
    private static final int MAX_IDLE_SHIFT = 10;

    private Supplier<AeronCluster.Context> aeronCluster;
    private long requestTimeoutNs = TimeUnit.SECONDS.toNanos(10);
    private long retryAfterNs = TimeUnit.MILLISECONDS.toNanos(500);
    private IdleStrategy idleStrategy =
            new BackoffIdleStrategy(100, 10, 1_000, 1_000L << MAX_IDLE_SHIFT);
    private NanoClock clock = SystemNanoClock.INSTANCE;

    /** Creates settings without a connection. */
    public ClusterClientContext() {
        // There is nothing to do.
    }

    /**
     * Sets how to connect: a new context for each connection, with ingress endpoints, channels and
     * the directory of a media driver, or a client of one. Its egress listener is replaced. A lost
     * connection is opened again.
     *
     * @param contexts returns a new context each time.
     * @return this.
     */
    public ClusterClientContext aeronCluster(Supplier<AeronCluster.Context> contexts) {
        this.aeronCluster = Objects.requireNonNull(contexts, "contexts");
        return this;
    }

    /**
     * Sets how long a request may take, fail-overs included. The default is 10 seconds.
     *
     * @param ns nanoseconds.
     * @return this.
     */
    public ClusterClientContext requestTimeoutNs(long ns) {
        checkPositive("requestTimeoutNs", ns);
        this.requestTimeoutNs = ns;
        return this;
    }

    /**
     * Sets after which time without a response requests are sent again. They are also sent again
     * when there is a new leader or a new connection. The default is 500 ms.
     *
     * @param ns nanoseconds.
     * @return this.
     */
    public ClusterClientContext retryAfterNs(long ns) {
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
    public ClusterClientContext idleStrategy(IdleStrategy strategy) {
        this.idleStrategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * Sets the clock for time-outs.
     *
     * @param nanoClock the default is the system's.
     * @return this.
     */
    public ClusterClientContext clock(NanoClock nanoClock) {
        this.clock = Objects.requireNonNull(nanoClock, "nanoClock");
        return this;
    }

    private static void checkPositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
        }
    }

    AeronCluster.Context newConnection() {
        if (aeronCluster == null) {
            throw new IllegalArgumentException("aeronCluster must be set");
        }
        return aeronCluster.get();
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
