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
 * Runs the cache's duty cycle as part of the application's own.
 *
 * <p>The application has a thread that runs its agents in turns. The first agent reads the system
 * clock once per turn into a {@link CachedNanoClock}, which is also the cache's clock. So no
 * operation of the cache reads the system clock, and deadlines are exact to one turn. The second
 * agent is the cache: it reclaims a bounded number of expired entries per turn, so writes do not
 * have to.
 *
 * <p>In production, pin the thread to its own core with the operating system's means: boot Linux
 * with {@code isolcpus=3 nohz_full=3}, and use {@code taskset -c 3} or set the thread's affinity.
 * Then use a {@code BusySpinIdleStrategy} between turns. This example shares its core with others,
 * so it backs off.
 */
public final class DutyCycle {
    private static final long TTL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private DutyCycle() {}

    /** Reads the clock once per turn. */
    public static final class ClockAgent implements Agent {
        private final NanoClock source;
        private final CachedNanoClock clock;

        /** Creates an agent that updates a clock from a source. */
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

    /** Returns the agents of one thread: the clock, then the cache, then the application. */
    public static Agent agents(
            NanoClock source, CachedNanoClock clock, OffHeapCache cache, Agent application) {
        return new CompositeAgent(new ClockAgent(source, clock), cache, application);
    }

    /** Creates a cache with a cached clock. */
    public static OffHeapCache cache(CachedNanoClock clock) {
        return OffHeapCache.builder()
                .memoryBytes(16 << 20)
                .defaultTtlNs(TTL_NS)
                .clock(clock)
                .build();
    }

    /** An application that puts some entries per turn until it has put enough. */
    public static final class Application implements Agent {
        private final OffHeapCache cache;
        private final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        private final long enough;
        private volatile long put;

        /** Creates an application that puts into a cache. */
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

        /** Returns the number of entries put. */
        public long put() {
            return put;
        }

        @Override
        public String roleName() {
            return "application";
        }
    }

    /**
     * Runs entries that live for five milliseconds, first on a separate thread, then on this one.
     */
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
                    "on a separate thread: "
                            + cache.statistics().expirations()
                            + " of "
                            + application.put()
                            + " expired, and their memory is reclaimed");
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
                    "on the caller's thread: "
                            + cache.statistics().expirations()
                            + " of "
                            + application.put()
                            + " expired, and their memory is reclaimed");
            invoker.close();
        }
    }
}
