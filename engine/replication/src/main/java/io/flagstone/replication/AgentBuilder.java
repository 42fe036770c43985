// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The settings that all agents of this package share. Not thread-safe.
 *
 * @param <B> the builder itself.
 */
public abstract class AgentBuilder<B extends AgentBuilder<B>> {
    private NanoClock clock = SystemNanoClock.INSTANCE;
    private long retryNs = TimeUnit.SECONDS.toNanos(1);
    private ErrorHandler errorHandler =
            problem ->
                    System.getLogger(AgentBuilder.class.getPackageName())
                            .log(System.Logger.Level.WARNING, "replication", problem);

    AgentBuilder() {}

    abstract B self();

    /**
     * Sets the clock of intervals. The default is {@link SystemNanoClock}.
     *
     * @param nanoClock the clock.
     * @return this.
     */
    public B clock(NanoClock nanoClock) {
        clock = Objects.requireNonNull(nanoClock, "nanoClock");
        return self();
    }

    /**
     * Sets how long to wait after the media driver or the archive failed or refused. The default is
     * 1 s.
     *
     * @param intervalNs nanoseconds, positive.
     * @return this.
     */
    public B retryNs(long intervalNs) {
        retryNs = positive("retryNs", intervalNs);
        return self();
    }

    /**
     * Sets the handler of errors that no caller can take. The default logs them.
     *
     * @param handler the handler; it runs on the agent's thread.
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

    final NanoClock clock() {
        return clock;
    }

    final long retryNs() {
        return retryNs;
    }

    final ErrorHandler errorHandler() {
        return errorHandler;
    }
}
