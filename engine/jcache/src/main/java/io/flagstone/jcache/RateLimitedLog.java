// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/** Logs warnings of one kind, at most one per minute. Thread-safe. */
final class RateLimitedLog {
    /** The shortest time between two messages. */
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);

    private final NanoClock clock;
    private final BiConsumer<String, Throwable> log;
    private final AtomicLong nextNs;
    private final AtomicLong unlogged = new AtomicLong();

    RateLimitedLog() {
        this(SystemNanoClock.INSTANCE, Quietly::warn);
    }

    RateLimitedLog(NanoClock clock, BiConsumer<String, Throwable> log) {
        this.clock = clock;
        this.log = log;
        this.nextNs = new AtomicLong(clock.nanoTime());
    }

    void warn(String what, Throwable failure) {
        final long nowNs = clock.nanoTime();
        final long dueNs = nextNs.get();
        if (nowNs - dueNs >= 0 && nextNs.compareAndSet(dueNs, nowNs + INTERVAL_NS)) {
            final long others = unlogged.getAndSet(0);
            log.accept(
                    others == 0 ? what : what + " (" + others + " more since the last message)",
                    failure);
        } else {
            unlogged.incrementAndGet();
        }
    }
}
