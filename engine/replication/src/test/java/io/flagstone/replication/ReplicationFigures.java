// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures replication: {@code ReplicationFigures ipc|udp REPLICAS CHANGES_PER_SECOND SECONDS}. A
 * rate of 0 means as fast as it goes.
 *
 * <p>Two threads: one writes, publishes and does the media driver's work, the other does that of
 * all replicas. The lag is the time from before a put until a reader at the last replica can find
 * the value; it includes the waiting of a put that comes too late.
 */
final class ReplicationFigures {
    private static final int KEYS = 1 << 16;
    private static final int VALUE_BYTES = 64;
    private static final int FEED_BYTES = 16 << 20;
    private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(5);

    private final String channel;
    private final String statusChannel;
    private final int replicaCount;
    private final long intervalNs;
    private final long runNs;
    private final List<CacheReplica> replicas = new ArrayList<>();
    private final Histogram lags = new Histogram(TimeUnit.SECONDS.toNanos(100), 3);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private long firstNumber;
    private volatile long measureFromNs = Long.MAX_VALUE;
    private volatile boolean isOver;

    private ReplicationFigures(String[] args) {
        final String[] channels = channels("ipc".equals(args[0]));
        channel = channels[0];
        statusChannel = channels[1];
        replicaCount = Integer.parseInt(args[1]);
        final long rate = Long.parseLong(args[2]);
        intervalNs = rate == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / rate;
        runNs = TimeUnit.SECONDS.toNanos(Long.parseLong(args[3]));
    }

    /** Measures and prints. */
    public static void main(String[] args) throws IOException, InterruptedException {
        final Path directory = directory();
        try (MediaDriver driver = launch(directory)) {
            new ReplicationFigures(args).run(driver, directory);
        } finally {
            IoUtil.delete(directory.toFile(), true);
        }
    }

    /** Returns a channel for changes and one for statuses. */
    static String[] channels(boolean isIpc) {
        return isIpc
                ? new String[] {"aeron:ipc?term-length=4m", "aeron:ipc?term-length=64k"}
                : new String[] {Ports.udp() + "|term-length=4m", Ports.udp() + "|term-length=64k"};
    }

    /** Creates a directory in memory. */
    static Path directory() throws IOException {
        return Files.createTempDirectory(Path.of("/dev/shm"), "figures-");
    }

    /** Launches a media driver without threads. */
    static MediaDriver launch(Path directory) {
        return MediaDriver.launch(
                new MediaDriver.Context()
                        .aeronDirectoryName(directory.toString())
                        .threadingMode(ThreadingMode.INVOKER)
                        .socketRcvbufLength(2 << 20)
                        .socketSndbufLength(2 << 20)
                        .initialWindowLength(1 << 20)
                        .dirDeleteOnShutdown(true));
    }

    /** Connects a client without threads. */
    static Aeron connect(MediaDriver driver, Path directory) {
        return Aeron.connect(
                new Aeron.Context()
                        .aeronDirectoryName(directory.toString())
                        .useConductorAgentInvoker(true)
                        .driverAgentInvoker(driver.sharedAgentInvoker()));
    }

    private void run(MediaDriver media, Path directory) throws InterruptedException {
        final AgentInvoker driver = media.sharedAgentInvoker();
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        try (OffHeapCache primary =
                        OffHeapCache.builder()
                                .memoryBytes(64 << 20)
                                .changeFeedBytes(FEED_BYTES)
                                .build();
                CachePublisher publisher =
                        CachePublisher.builder()
                                .cache(primary)
                                .aeron(connect(media, directory))
                                .channel(channel)
                                .statusChannel(statusChannel)
                                .build()) {
            for (int key = 0; key < KEYS; key++) {
                primary.put(key, value, 0, VALUE_BYTES);
            }
            for (int id = 1; id <= replicaCount; id++) {
                replicas.add(
                        CacheReplica.builder()
                                .cache(OffHeapCache.builder().memoryBytes(128 << 20))
                                .replicaId(id)
                                .aeron(connect(media, directory))
                                .channel(channel)
                                .statusChannel(statusChannel)
                                .build());
            }
            final long joinNs = join(driver, publisher);
            firstNumber = publisher.number();
            final Thread follower = new Thread(this::follow, "replicas");
            follower.start();
            write(driver, primary, publisher);
            follower.join();
            print(publisher, joinNs);
            CloseHelper.closeAll(replicas);
        }
    }

    /** Lets all replicas join, in one thread. Returns how long it took. */
    private long join(AgentInvoker driver, CachePublisher publisher) {
        final long startNs = System.nanoTime();
        while (!replicas.stream()
                .allMatch(
                        replica ->
                                replica.state() == ReplicaState.LIVE
                                        && replica.applied() == publisher.number())) {
            driver.invoke();
            publisher.doWork();
            replicas.forEach(CacheReplica::doWork);
        }
        return System.nanoTime() - startNs;
    }

    private long written;

    private void write(AgentInvoker driver, OffHeapCache primary, CachePublisher publisher) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        final long startNs = System.nanoTime();
        final long fromNs = startNs + WARM_UP_NS;
        final long endNs = fromNs + runNs;
        measureFromNs = fromNs;
        long dueNs = startNs;
        long measured = 0;
        long cycles = 0;
        while (dueNs < endNs) {
            final long nowNs = System.nanoTime();
            if (intervalNs == 0) {
                dueNs = nowNs;
            }
            if (nowNs >= dueNs
                    && (intervalNs > 0 || primary.changeFeed().pendingBytes() < FEED_BYTES / 4)) {
                value.putLong(0, dueNs);
                primary.put(written++ % KEYS, value, 0, VALUE_BYTES);
                dueNs += intervalNs;
                measured += dueNs >= fromNs ? 1 : 0;
            }
            publisher.doWork();
            if ((++cycles & 7) == 0) {
                driver.invoke();
            }
        }
        while (replicas.stream().anyMatch(r -> r.applied() < firstNumber + written)) {
            publisher.doWork();
            driver.invoke();
        }
        isOver = true;
        written = measured;
    }

    private void follow() {
        long applied = firstNumber;
        while (!isOver) {
            for (int i = 0; i < replicas.size(); i++) {
                replicas.get(i).doWork();
            }
            final CacheReplica last = replicas.get(replicas.size() - 1);
            final long number = last.applied();
            final long nowNs = System.nanoTime();
            for (; applied < number; applied++) {
                last.cache().get((applied - firstNumber) % KEYS, read, 0);
                final long sentNs = read.getLong(0);
                if (sentNs >= measureFromNs) {
                    lags.recordValue(Math.max(0, nowNs - sentNs));
                }
            }
        }
    }

    private void print(CachePublisher publisher, long joinNs) {
        System.out.printf(
                "%s, %d replicas: %,d changes/s; lag p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max"
                        + " %.1f us; gaps %d, no room %,d; joined with %,d entries in %.0f ms%n",
                channel.startsWith("aeron:ipc") ? "ipc" : "udp",
                replicaCount,
                written * TimeUnit.SECONDS.toNanos(1) / runNs,
                lags.getValueAtPercentile(50) / 1e3,
                lags.getValueAtPercentile(99) / 1e3,
                lags.getValueAtPercentile(99.9) / 1e3,
                lags.getMaxValue() / 1e3,
                publisher.gaps(),
                publisher.backPressured(),
                KEYS,
                joinNs / 1e6);
    }
}
