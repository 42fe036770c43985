// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import java.util.Objects;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The settings of all that waits for responses.
 *
 * <p>Not thread-safe.
 *
 * @param <C> the settings themselves.
 */
abstract class CallContext<C extends CallContext<C>> {
    private static final int MAX_IDLE_SHIFT = 10;

    private long requestTimeoutNs;
    private long retryAfterNs;
    private IdleStrategy idleStrategy =
            new BackoffIdleStrategy(100, 10, 1_000, 1_000L << MAX_IDLE_SHIFT);
    private NanoClock clock = SystemNanoClock.INSTANCE;

    CallContext(long requestTimeoutNs, long retryAfterNs) {
        this.requestTimeoutNs = requestTimeoutNs;
        this.retryAfterNs = retryAfterNs;
    }

    abstract C self();

    /**
     * Sets how long a request may take, fail-overs and all members that are asked included. The
     * default is 10 seconds, for a {@link MemberReader} 5 seconds.
     *
     * @param ns nanoseconds.
     * @return this.
     */
    public C requestTimeoutNs(long ns) {
        checkPositive("requestTimeoutNs", ns);
        this.requestTimeoutNs = ns;
        return self();
    }

    /**
     * Sets after which time without a response a request is sent again, by a {@link MemberReader}
     * to the next member. A client of a cluster also sends it again when there is a new leader or a
     * new connection. The default is 500 ms, for a {@code MemberReader} 100 ms.
     *
     * @param ns nanoseconds.
     * @return this.
     */
    public C retryAfterNs(long ns) {
        checkPositive("retryAfterNs", ns);
        this.retryAfterNs = ns;
        return self();
    }

    /**
     * Sets how a call waits for its response. By default it spins, yields, and parks for up to a
     * millisecond.
     *
     * @param strategy not shared with other threads.
     * @return this.
     */
    public C idleStrategy(IdleStrategy strategy) {
        this.idleStrategy = Objects.requireNonNull(strategy, "strategy");
        return self();
    }

    /**
     * Sets the clock for time-outs.
     *
     * @param nanoClock the default is the system's.
     * @return this.
     */
    public C clock(NanoClock nanoClock) {
        this.clock = Objects.requireNonNull(nanoClock, "nanoClock");
        return self();
    }

    /**
     * Checks a setting.
     *
     * @throws IllegalArgumentException if it is not positive.
     */
    static void checkPositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
        }
    }

    /**
     * Checks a setting that has two limits.
     *
     * @throws IllegalArgumentException if it is outside them.
     */
    static void checkBetween(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " must be from " + least + " to " + most + ": " + name + "=" + value);
        }
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
