// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchivingMediaDriver;
import io.aeron.archive.checksum.Checksums;
import io.aeron.archive.client.AeronArchive;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.OffHeapCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures a journal: {@code JournalFigures FILE_SYNC_LEVEL VALUE_BYTES ENTRIES SECONDS DIRECTORY}.
 * How many changes a second are recorded, and how long a recovery takes from a checkpoint of all
 * entries and these changes. The directory's device matters.
 *
 * <p>Threads: one writes and publishes, and the media driver, the archive and the journal have one
 * each.
 */
final class JournalFigures {
    private static final int FEED_BYTES = 16 << 20;
    private static final String CONTROL = "aeron:ipc";

    private final int level;
    private final int valueBytes;
    private final long entries;
    private final long runNs;
    private final Path root;
    private final Path media;

    private JournalFigures(String[] args) throws IOException {
        level = Integer.parseInt(args[0]);
        valueBytes = Integer.parseInt(args[1]);
        entries = Long.parseLong(args[2]);
        runNs = TimeUnit.SECONDS.toNanos(Long.parseLong(args[3]));
        root = Files.createTempDirectory(Files.createDirectories(Path.of(args[4])), "journal-");
        media = ReplicationFigures.directory();
    }

    /** Measures and prints. */
    @SuppressWarnings("try")
    public static void main(String[] args) throws IOException {
        final JournalFigures figures = new JournalFigures(args);
        try {
            final long digest;
            try (ArchivingMediaDriver driver = figures.launch()) {
                digest = figures.record();
            }
            try (ArchivingMediaDriver driver = figures.launch()) {
                figures.recover(digest);
            }
        } finally {
            IoUtil.delete(figures.root.toFile(), true);
            IoUtil.delete(figures.media.toFile(), true);
        }
    }

    private ArchivingMediaDriver launch() {
        return ArchivingMediaDriver.launch(
                new MediaDriver.Context()
                        .aeronDirectoryName(media.toString())
                        .threadingMode(ThreadingMode.SHARED)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true),
                new Archive.Context()
                        .aeronDirectoryName(media.toString())
                        .archiveDir(root.resolve("archive").toFile())
                        .threadingMode(ArchiveThreadingMode.SHARED)
                        .controlChannelEnabled(false)
                        .localControlChannel(CONTROL)
                        .archiveClientContext(control())
                        .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
                        .recordingEventsEnabled(false)
                        .fileSyncLevel(level)
                        .catalogFileSyncLevel(level)
                        .recordChecksum(Checksums.crc32c())
                        .replayChecksum(Checksums.crc32c()));
    }

    private static AeronArchive.Context control() {
        return new AeronArchive.Context()
                .controlRequestChannel(CONTROL)
                .controlResponseChannel(CONTROL);
    }

    private AeronArchive connect() {
        return AeronArchive.connect(control().aeronDirectoryName(media.toString()));
    }

    private OffHeapCache cache() {
        return OffHeapCache.builder()
                .memoryBytes(memoryBytes())
                .changeFeedBytes(FEED_BYTES)
                .build();
    }

    private long memoryBytes() {
        return (16 << 20) + entries * (valueBytes + 80) * 5 / 4;
    }

    private void put(OffHeapCache cache, UnsafeBuffer value, long number) {
        value.putLong(0, number);
        cache.put(number % entries, value, 0, valueBytes);
    }

    private long record() {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        try (OffHeapCache cache = cache();
                Aeron aeron =
                        Aeron.connect(new Aeron.Context().aeronDirectoryName(media.toString()));
                CachePublisher publisher =
                        CachePublisher.builder()
                                .cache(cache)
                                .aeron(aeron)
                                .channel("aeron:ipc?term-length=16m")
                                .statusChannel("aeron:ipc?term-length=64k")
                                .build();
                CacheJournal journal =
                        CacheJournal.builder()
                                .publisher(publisher)
                                .directory(root.resolve("checkpoints"))
                                .archive(this::connect)
                                .checkpointNs(Long.MAX_VALUE)
                                .checkpointBytes(Long.MAX_VALUE)
                                .build();
                AgentRunner runner =
                        new AgentRunner(
                                new SleepingMillisIdleStrategy(1),
                                Throwable::printStackTrace,
                                null,
                                journal)) {
            long written = 0;
            while (written < entries) {
                put(cache, value, written++);
                publisher.doWork();
            }
            AgentRunner.startOnThread(runner);
            final long beganNs = System.nanoTime();
            while (journal.checkpoints() == 0) {
                publisher.doWork();
            }
            final long checkpointNs = System.nanoTime() - beganNs;
            final long startNs = System.nanoTime();
            final long first = publisher.number();
            final long position = journal.recordedPosition();
            long nowNs = startNs;
            while (nowNs - startNs < runNs) {
                for (int i = 0; i < 16 && cache.changeFeed().pendingBytes() < FEED_BYTES / 2; i++) {
                    put(cache, value, written++);
                }
                publisher.doWork();
                nowNs = System.nanoTime();
            }
            final long recorded = journal.recordedNumber() - first;
            final long bytes = journal.recordedPosition() - position;
            while (journal.recordedNumber() < publisher.number()
                    || cache.changeFeed().pendingBytes() > 0) {
                publisher.doWork();
            }
            System.out.printf(
                    Locale.ROOT,
                    "level %d, values of %d bytes: recorded %,d changes/s, %,.0f MiB/s; checkpoint"
                            + " of %,d entries in %,.0f ms; gaps %d%n",
                    level,
                    valueBytes,
                    recorded * TimeUnit.SECONDS.toNanos(1) / runNs,
                    bytes / 1048576.0 / (runNs / 1e9),
                    cache.size(),
                    checkpointNs / 1e6,
                    publisher.gaps());
            return cache.digest();
        }
    }

    private void recover(long digest) {
        try (AeronArchive client = connect()) {
            final long startNs = System.nanoTime();
            final JournalRecovery recovery =
                    JournalRecovery.builder()
                            .cache(OffHeapCache.builder().memoryBytes(memoryBytes()))
                            .directory(root.resolve("checkpoints"))
                            .archive(client)
                            .recover();
            final long recoveryNs = System.nanoTime() - startNs;
            try (OffHeapCache cache = recovery.cache()) {
                if (cache.digest() != digest) {
                    throw new IllegalStateException("the contents differ: " + recovery);
                }
                System.out.printf(
                        Locale.ROOT,
                        "recovered %,d entries and %,d changes in %,.0f ms, %,.0f ms of them the"
                                + " checkpoint: %s%n",
                        cache.size(),
                        recovery.applied(),
                        recoveryNs / 1e6,
                        cache.restartReport().orElseThrow().durationNs() / 1e6,
                        recovery.end());
            }
        }
    }
}
