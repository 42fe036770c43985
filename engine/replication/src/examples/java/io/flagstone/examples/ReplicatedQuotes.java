// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.OffHeapCache;
import io.flagstone.replication.CachePublisher;
import io.flagstone.replication.CacheReplica;
import io.flagstone.replication.ReplicaState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.IoUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Quotes of a feed handler, which a strategy reads in another process.
 *
 * <pre>
 *  feed handler's process               strategy's process
 *  OffHeapCache, CachePublisher  -----> CacheReplica, OffHeapCache  (a media driver between them)
 * </pre>
 *
 * <p>The strategy reads its own cache: no request goes to the feed handler. If the feed handler
 * dies, the strategy goes on with the last quotes, and knows from the replica's state that they are
 * not renewed.
 *
 * <p>The program is the strategy. It runs the media driver, too, and starts the feed handler as a
 * second process.
 */
public final class ReplicatedQuotes {
    /** The number of instruments. */
    public static final int INSTRUMENTS = 1_000;

    private static final int BID = 0;
    private static final int ASK = 8;
    private static final int LENGTH = 16;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private ReplicatedQuotes() {}

    private static Aeron connect(String driver) {
        return Aeron.connect(new Aeron.Context().aeronDirectoryName(driver));
    }

    /** Returns a thread for an agent, which has to be started. */
    private static AgentRunner runner(Agent agent) {
        return new AgentRunner(new BackoffIdleStrategy(), Throwable::printStackTrace, null, agent);
    }

    /** The role of the first process: it writes quotes and publishes them. */
    public static final class FeedHandler {
        private final OffHeapCache cache;
        private final UnsafeBuffer quote = new UnsafeBuffer(new byte[LENGTH]);
        private long first;

        /** Creates a feed handler that writes to a cache. */
        FeedHandler(OffHeapCache cache) {
            this.cache = cache;
        }

        /** Writes a quote of every instrument, one tick above the quote before. */
        void move() {
            for (int instrument = 0; instrument < INSTRUMENTS; instrument++) {
                final long bid = 10_000 + first + instrument;
                quote.putLong(BID, bid);
                quote.putLong(ASK, bid + 2);
                cache.put(instrument, quote, 0, LENGTH);
            }
            first++;
        }

        /**
         * Moves all quotes once, and again for each byte of the standard input. Ends with the
         * input.
         *
         * @param args the directory of the media driver.
         */
        public static void main(String[] args) throws IOException {
            try (OffHeapCache cache =
                            OffHeapCache.builder()
                                    .memoryBytes(16 << 20)
                                    .changeFeedBytes(4 << 20)
                                    .build();
                    Aeron aeron = connect(args[0]);
                    AgentRunner publisher =
                            runner(CachePublisher.builder().cache(cache).aeron(aeron).build())) {
                AgentRunner.startOnThread(publisher);
                final FeedHandler feedHandler = new FeedHandler(cache);
                do {
                    feedHandler.move();
                } while (System.in.read() >= 0);
            }
        }
    }

    /** The role of the second process: it reads its own cache. */
    public static final class Strategy {
        private final OffHeapCache cache;
        private final UnsafeBuffer quote = new UnsafeBuffer(new byte[LENGTH]);

        /** Creates a strategy that reads the cache of a replica. */
        Strategy(OffHeapCache cache) {
            this.cache = cache;
        }

        /** Returns twice the middle of bid and ask, or -1 if there is no quote. */
        long twiceMiddle(long instrument) {
            return cache.get(instrument, quote, 0) == LENGTH
                    ? quote.getLong(BID) + quote.getLong(ASK)
                    : -1;
        }

        /** Returns the number of quotes, and the middle of an instrument. */
        @Override
        public String toString() {
            final long twice = twiceMiddle(7);
            return cache.size()
                    + " quotes, instrument 7 "
                    + (twice < 0 ? "unknown" : "at " + twice / 2.0);
        }
    }

    private static Process startFeedHandler(String driver) throws IOException {
        return new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                FeedHandler.class.getName(),
                                driver))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void await(String what, BooleanSupplier condition) {
        final IdleStrategy idle = new BackoffIdleStrategy();
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - startNs > PATIENCE_NS) {
                throw new IllegalStateException("waited too long until " + what);
            }
            idle.idle();
        }
    }

    /** Runs the strategy, the media driver and the second process. */
    public static void main(String[] args) throws IOException, InterruptedException {
        final Path directory = Files.createTempDirectory("quotes");
        try (MediaDriver driver =
                MediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(directory.toString())
                                .threadingMode(ThreadingMode.SHARED)
                                .ipcTermBufferLength(1 << 20)
                                .dirDeleteOnStart(true)
                                .dirDeleteOnShutdown(true))) {
            follow(driver.aeronDirectoryName());
        } finally {
            IoUtil.delete(directory.toFile(), true);
        }
    }

    private static void follow(String driver) throws IOException, InterruptedException {
        try (Aeron aeron = connect(driver);
                CacheReplica replica =
                        CacheReplica.builder()
                                .cache(OffHeapCache.builder().memoryBytes(16 << 20))
                                .replicaId(1)
                                .aeron(aeron)
                                .build();
                AgentRunner runner = runner(replica)) {
            AgentRunner.startOnThread(runner);
            final Strategy strategy = new Strategy(replica.cache());
            System.out.println("without a feed handler: " + replica.state() + ", " + strategy);
            final Process feedHandler = startFeedHandler(driver);
            try {
                await(
                        "all quotes are there",
                        () ->
                                replica.state() == ReplicaState.LIVE
                                        && strategy.twiceMiddle(INSTRUMENTS - 1) > 0);
                System.out.println("the feed handler runs: LIVE, " + strategy);
                feedHandler.getOutputStream().write('\n');
                feedHandler.getOutputStream().flush();
                final long last = 2 * (10_000 + INSTRUMENTS + 1);
                await("all quotes have moved", () -> strategy.twiceMiddle(INSTRUMENTS - 1) == last);
                System.out.println("all quotes moved: LIVE, " + strategy);
            } finally {
                feedHandler.destroyForcibly().waitFor();
            }
            await("the loss is noticed", () -> replica.state() == ReplicaState.LOST);
            System.out.println("the feed handler was killed: LOST, " + strategy);
        }
    }
}
