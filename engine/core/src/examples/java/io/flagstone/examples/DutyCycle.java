// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import io.flagstone.OffHeapCache;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The cache's duty cycle as part of the application's own.
 *
 * <p>The application has a thread that spins through its agents. One of them reads the machine's
 * clock once a turn and keeps it for all who ask in that turn: a {@link CachedNanoClock}, which the
 * cache takes for its own. So no operation of the cache reads a clock, and deadlines are exact to
 * the turn. The cache is the next agent: it takes back what has expired, a bounded number of
 * entries a turn, so that no write finds that work undone.
 *
 * <p>The thread is best pinned to a core of its own, which is the operating system's business:
 * {@code isolcpus=3 nohz_full=3} when Linux starts, and {@code taskset -c 3} or the affinity of the
 * thread itself. Then the wait between two turns is a {@code BusySpinIdleStrategy}; here, on a core
 * that others want too, it backs off.
 */
public final class DutyCycle {
    private static final long TTL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private DutyCycle() {}

    /** Reads the clock once a turn. */
    public static final class ClockAgent implements Agent {
        private final NanoClock source;
        private final CachedNanoClock clock;

        /** Keeps what a source says in a clock. */
        public ClockAgent(NanoClock source, CachedNanoClock clock) {
            this.source = source;
            this.clock = clock;
        }

        @Override
        public int doWork() {
            clock.update(source.nanoTime());
            return 0;
        }

        @Override
        public String roleName() {
            return "clock";
        }
    }

    /** The agents of one thread: first the clock, then the cache, then the application's own. */
    public static Agent agents(
            NanoClock source, CachedNanoClock clock, OffHeapCache cache, Agent application) {
        return new CompositeAgent(new ClockAgent(source, clock), cache, application);
    }

    /** A cache by a cached clock. */
    public static OffHeapCache cache(CachedNanoClock clock) {
        return OffHeapCache.builder()
                .memoryBytes(8 << 20)
                .defaultTtlNs(TTL_NS)
                .clock(clock)
                .build();
    }

    /** An application that puts some entries a turn, until it has put enough. */
    public static final class Application implements Agent {
        private final OffHeapCache cache;
        private final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        private final long enough;
        private volatile long put;

        /** Puts into a cache. */
        public Application(OffHeapCache cache, long enough) {
            this.cache = cache;
            this.enough = enough;
        }

        @Override
        public int doWork() {
            int done = 0;
            while (put < enough && done < 10) {
                cache.put(put, value, 0, 64);
                put++;
                done++;
            }
            return done;
        }

        /** How many were put. */
        public long put() {
            return put;
        }

        @Override
        public String roleName() {
            return "application";
        }
    }

    /** Entries that live for five milliseconds, by a thread of its own and by the caller's. */
    public static void main(String[] args) throws InterruptedException {
        final CachedNanoClock clock = new CachedNanoClock();
        clock.update(SystemNanoClock.INSTANCE.nanoTime());
        try (OffHeapCache cache = cache(clock)) {
            final Application application = new Application(cache, 100_000);
            final AgentRunner runner =
                    new AgentRunner(
                            new BackoffIdleStrategy(),
                            Throwable::printStackTrace,
                            null,
                            agents(SystemNanoClock.INSTANCE, clock, cache, application));
            AgentRunner.startOnThread(runner);
            while (application.put() < 100_000 || cache.size() > 0) {
                Thread.onSpinWait();
            }
            runner.close();
            System.out.println(
                    "by a thread of its own: "
                            + cache.statistics().expirations()
                            + " of "
                            + application.put()
                            + " expired, and their memory is back");
        }
        try (OffHeapCache cache = cache(clock)) {
            final Application application = new Application(cache, 1_000);
            final AgentInvoker invoker =
                    new AgentInvoker(
                            Throwable::printStackTrace,
                            null,
                            agents(SystemNanoClock.INSTANCE, clock, cache, application));
            invoker.start();
            while (application.put() < 1_000 || cache.size() > 0) {
                invoker.invoke();
            }
            System.out.println(
                    "by the caller's thread: "
                            + cache.statistics().expirations()
                            + " of "
                            + application.put());
            invoker.close();
        }
    }
}
