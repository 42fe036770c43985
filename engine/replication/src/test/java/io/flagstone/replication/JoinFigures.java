// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.driver.MediaDriver;
import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures how long a replica takes to join: {@code JoinFigures ipc|udp VALUE_BYTES MIB}, where MIB
 * is the length of all keys and values.
 *
 * <p>Two threads: one publishes and does the media driver's work, the other does that of the
 * replica. Nobody writes meanwhile.
 */
final class JoinFigures {
    private static final int KEY_BYTES = 8;

    private JoinFigures() {}

    /** Measures and prints. */
    public static void main(String[] args) throws IOException, InterruptedException {
        final int valueBytes = Integer.parseInt(args[1]);
        final long bytes = Long.parseLong(args[2]) << 20;
        final long entries = bytes / (KEY_BYTES + valueBytes);
        final long memoryBytes = bytes + bytes / 4 + entries * 72;
        try (OffHeapCache primary =
                OffHeapCache.builder().memoryBytes(memoryBytes).changeFeedBytes(16 << 20).build()) {
            // Nobody polls the feed meanwhile, so it has a gap.
            fill(primary, valueBytes, entries);
            join(args[0], valueBytes, primary, memoryBytes);
        }
    }

    private static void fill(OffHeapCache primary, int valueBytes, long entries) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        for (long key = 0; key < entries; key++) {
            value.putLong(0, key);
            primary.put(key, value, 0, valueBytes);
        }
    }

    private static void join(
            String transport, int valueBytes, OffHeapCache primary, long memoryBytes)
            throws IOException, InterruptedException {
        final String[] channels = ReplicationFigures.channels("ipc".equals(transport));
        final Path directory = ReplicationFigures.directory();
        try (MediaDriver driver = ReplicationFigures.launch(directory);
                CachePublisher publisher =
                        CachePublisher.builder()
                                .cache(primary)
                                .aeron(ReplicationFigures.connect(driver, directory))
                                .channel(channels[0])
                                .statusChannel(channels[1])
                                .build();
                CacheReplica replica =
                        CacheReplica.builder()
                                .cache(OffHeapCache.builder().memoryBytes(memoryBytes))
                                .replicaId(1)
                                .aeron(ReplicationFigures.connect(driver, directory))
                                .channel(channels[0])
                                .statusChannel(channels[1])
                                .build()) {
            final long joinNs = join(driver, publisher, replica);
            if (replica.cache().digest() != primary.digest()) {
                throw new IllegalStateException("the contents differ");
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s, values of %d bytes: joined with %,d entries of %,d MiB in %,.0f ms;"
                            + " evicted %d, no room %,d, gaps %d%n",
                    transport,
                    valueBytes,
                    replica.cache().size(),
                    (KEY_BYTES + valueBytes) * replica.cache().size() >> 20,
                    joinNs / 1e6,
                    primary.statistics().evictions() + replica.cache().statistics().evictions(),
                    publisher.backPressured(),
                    publisher.gaps());
        } finally {
            IoUtil.delete(directory.toFile(), true);
        }
    }

    private static long join(MediaDriver driver, CachePublisher publisher, CacheReplica replica)
            throws InterruptedException {
        final Thread follower =
                new Thread(
                        () -> {
                            while (replica.state() != ReplicaState.LIVE) {
                                replica.doWork();
                            }
                        });
        final long startNs = System.nanoTime();
        follower.start();
        while (follower.isAlive()) {
            publisher.doWork();
            driver.sharedAgentInvoker().invoke();
        }
        return System.nanoTime() - startNs;
    }
}
