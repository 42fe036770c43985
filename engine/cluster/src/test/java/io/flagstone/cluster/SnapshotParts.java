// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.ArchivingMediaDriver;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.status.RecordingPos;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.cluster.internal.SnapshotWriter;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures the parts of a snapshot's stop, one at a time and in one thread. Not a test: run its
 * main method.
 */
final class SnapshotParts implements AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int STREAM = 7;
    private static final int BLOCK = 32 << 10;
    private static final long TIME_NS = 1_000;

    private final File directory;
    private final String channel;
    private final long bytes;
    private final SnapshotFigures figures;
    private final OffHeapCache from;
    private final OffHeapCache to;
    private final ArchivingMediaDriver driver;
    private final Aeron aeron;
    private final AeronArchive archive;
    private final UnsafeBuffer block = new UnsafeBuffer(new byte[BLOCK]);
    private final CRC32C checksum = new CRC32C();
    private final CRC32C high = new CRC32C();
    private final CRC32 low = new CRC32();
    private final IdleStrategy idle = new BackoffIdleStrategy(100, 10, 1_000, 100_000);
    private int filled;
    private long sum;

    private SnapshotParts(File directory, long mib, int valueBytes) {
        this.directory = directory;
        this.bytes = mib << 20;
        this.channel = System.getProperty("flagstone.figures.channel", "aeron:ipc?term-length=4m");
        this.figures = new SnapshotFigures(mib, valueBytes);
        this.from = builder().build();
        this.to = builder().build();
        final String aeronName = new File(directory, "driver").getPath();
        this.driver =
                ArchivingMediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(aeronName)
                                .threadingMode(ThreadingMode.SHARED)
                                .sharedIdleStrategy(
                                        new BackoffIdleStrategy(100, 10, 1_000, 100_000))
                                .termBufferSparseFile(true),
                        new Archive.Context()
                                .aeronDirectoryName(aeronName)
                                .archiveDir(new File(directory, "archive"))
                                .archiveClientContext(
                                        new AeronArchive.Context()
                                                .controlResponseChannel("aeron:ipc"))
                                .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
                                .controlChannelEnabled(false)
                                .recordingEventsEnabled(false)
                                .threadingMode(ArchiveThreadingMode.SHARED)
                                .fileSyncLevel(0));
        this.aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(aeronName));
        this.archive =
                AeronArchive.connect(
                        new AeronArchive.Context()
                                .aeron(aeron)
                                .controlRequestChannel("aeron:ipc")
                                .controlRequestStreamId(
                                        driver.archive().context().localControlStreamId())
                                .controlResponseChannel("aeron:ipc"));
    }

    private CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(figures.memoryBytes())
                .segments(4)
                .clock(() -> TIME_NS)
                .hashSeed(ClusterRig.SEED)
                .promotionDistance(0)
                .removalHandler((cause, key, value) -> {});
    }

    /**
     * Prints the figures.
     *
     * @param args the MiB of the snapshot, the bytes of a value, and how often each is measured.
     */
    public static void main(String[] args) throws IOException {
        final File directory =
                Files.createTempDirectory(Path.of("/dev/shm"), "flagstone-parts").toFile();
        try (SnapshotParts parts =
                new SnapshotParts(directory, Long.parseLong(args[0]), Integer.parseInt(args[1]))) {
            parts.figures.fill(parts.from);
            for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                parts.figures.shuffle(parts.from, i);
                parts.measure();
            }
        } finally {
            IoUtil.delete(directory, true);
        }
    }

    /** One part. */
    private interface Part {
        void run();
    }

    private void measure() {
        final StateTransfer source = StateTransfer.of(from);
        final StateTransfer target = StateTransfer.of(to);
        print("visit", () -> source.forEach(this::look));
        print("visit, copy to blocks", () -> source.forEach(this::copy));
        print("visit, copy, checksums", () -> source.forEach(this::sum));
        target.reset();
        print(
                "visit, load",
                () ->
                        source.forEach(
                                (key, value, deadlineNs, sliding) ->
                                        target.load(
                                                key,
                                                0,
                                                key.capacity(),
                                                value,
                                                0,
                                                value.capacity(),
                                                deadlineNs,
                                                sliding)));
        print("reset", target::reset);
        print("offer, taken by a reader", () -> offerAll(false));
        print("offer, recorded", () -> offerAll(true));
        target.reset();
        print("save, taken by a reader", () -> save(source, target, false, null));
        target.reset();
        print("save, recorded", () -> save(source, target, true, null));
        target.reset();
        print("save, two threads", () -> save(source, target, true, Thread::new));
    }

    private static void print(String name, Part part) {
        final long cpuNs = THREADS.getCurrentThreadCpuTime();
        final long startNs = System.nanoTime();
        part.run();
        System.out.printf(
                "%-28s %6d ms  %6d ms of the thread's processor time%n",
                name,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs),
                TimeUnit.NANOSECONDS.toMillis(THREADS.getCurrentThreadCpuTime() - cpuNs));
    }

    private void look(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding) {
        sum += key.getLong(0) + value.capacity() + deadlineNs;
    }

    private void copy(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding) {
        final int length = 16 + key.capacity() + value.capacity();
        if (filled + length > BLOCK) {
            filled = 0;
        }
        block.putLong(filled + 8, deadlineNs);
        block.putBytes(filled + 16, key, 0, key.capacity());
        block.putBytes(filled + 16 + key.capacity(), value, 0, value.capacity());
        filled += length;
    }

    private void sum(DirectBuffer key, DirectBuffer value, long deadlineNs, boolean sliding) {
        final int before = filled;
        copy(key, value, deadlineNs, sliding);
        if (filled < before) {
            checksum.reset();
            checksum.update(block.byteArray(), 0, before);
            high.update(block.byteArray(), 0, before);
            low.update(block.byteArray(), 0, before);
        }
    }

    private void offerAll(boolean recorded) {
        publish(
                recorded,
                publication -> {
                    final int length = Math.min(BLOCK, publication.maxMessageLength());
                    for (long done = 0; done < bytes; done += length) {
                        idle.reset();
                        while (publication.offer(block, 0, length) < 0) {
                            idle.idle();
                        }
                    }
                });
    }

    private void save(
            StateTransfer source, StateTransfer target, boolean recorded, ThreadFactory threads) {
        publish(
                recorded,
                publication ->
                        new SnapshotWriter(target, publication, idle, threads)
                                .write(source, TIME_NS, 0, from.segmentCount()));
    }

    /** Writes to a publication. */
    private interface Writing {
        void to(ExclusivePublication publication);
    }

    private void publish(boolean recorded, Writing writing) {
        if (recorded) {
            record(writing);
            return;
        }
        try (Subscription subscription = aeron.addSubscription(channel, STREAM);
                ExclusivePublication publication = aeron.addExclusivePublication(channel, STREAM)) {
            while (!publication.isConnected()) {
                Thread.onSpinWait();
            }
            final boolean[] done = {false};
            final FragmentHandler handler = (buffer, offset, length, header) -> {};
            final Thread reader =
                    new Thread(
                            () -> {
                                final IdleStrategy waits =
                                        new BackoffIdleStrategy(100, 10, 1_000, 100_000);
                                while (!isDone(done)) {
                                    waits.idle(subscription.poll(handler, 100));
                                }
                            },
                            "reader");
            reader.start();
            writing.to(publication);
            synchronized (done) {
                done[0] = true;
            }
            try {
                reader.join();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static boolean isDone(boolean[] done) {
        synchronized (done) {
            return done[0];
        }
    }

    private void record(Writing writing) {
        final long position;
        final long recording;
        try (ExclusivePublication publication =
                archive.addRecordedExclusivePublication(channel, STREAM)) {
            recording = recordingOf(publication);
            writing.to(publication);
            position = publication.position();
            while (archive.getRecordingPosition(recording) < position) {
                Thread.yield();
            }
            archive.stopRecording(publication);
        }
        while (archive.getStopPosition(recording) == AeronArchive.NULL_POSITION) {
            Thread.yield();
        }
        archive.purgeRecording(recording);
    }

    private long recordingOf(ExclusivePublication publication) {
        while (true) {
            final int counter =
                    RecordingPos.findCounterIdBySession(
                            aeron.countersReader(), publication.sessionId(), archive.archiveId());
            if (counter >= 0) {
                return RecordingPos.getRecordingId(aeron.countersReader(), counter);
            }
            Thread.yield();
        }
    }

    @Override
    public void close() {
        archive.close();
        aeron.close();
        driver.close();
        from.close();
        to.close();
        if (sum == 0) {
            System.out.println("nothing was visited");
        }
        IoUtil.delete(directory, true);
    }
}
