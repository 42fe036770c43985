// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.archive.ArchiveTool;
import io.aeron.archive.client.AeronArchive;
import io.aeron.archive.client.ArchiveException;
import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/** A primary with a journal, and a model of its contents after each change. */
final class JournalRig implements AutoCloseable {
    static final int KEYS = 60;
    private static final int PATIENCE = 20_000;

    final ReplicationRig rig = new ReplicationRig();
    final Path root;
    final OffHeapCache primary;
    CachePublisher publisher;
    CacheJournal journal;
    private final ArchiveRig archive;
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[4 << 10]);

    /** The digest of the primary after the change of a number. */
    final TreeMap<Long, Long> digests = new TreeMap<>();

    /** The number of the last change before a position of the stream. */
    final TreeMap<Long, Long> numbers = new TreeMap<>();

    private final StreamPoint point = new StreamPoint();

    JournalRig(Path root, int fileSyncLevel) {
        this.root = root;
        this.archive =
                new ArchiveRig(rig.driver, rig.clock, root.resolve("archive"), fileSyncLevel);
        this.primary = rig.primary();
        digests.put(0L, primary.digest());
        publish();
    }

    private void publish() {
        publisher = rig.publisher(primary).heartbeatNs(5_000_000).build();
        journal =
                CacheJournal.builder()
                        .publisher(publisher)
                        .directory(root.resolve("checkpoints"))
                        .archive(archive::connect)
                        .clock(rig.clock)
                        .checkpointNs(Long.MAX_VALUE)
                        .pollNs(1)
                        .errorHandler(rig.errors::add)
                        .build();
    }

    /** Closes publisher and journal, and lets others go on, which need a recording of their own. */
    void publishAgain() {
        journal.close();
        publisher.close();
        numbers.clear();
        publish();
    }

    void step() {
        archive.step();
        ReplicationRig.step(publisher);
        ReplicationRig.step(journal);
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    void await(String what, BooleanSupplier condition) {
        for (int i = 0; i < PATIENCE && !condition.getAsBoolean(); i++) {
            step();
        }
        assertThat(rig.errors).isEmpty();
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    /** Waits until everything is sent, and takes note of the contents. */
    void drain() {
        await(
                "sent",
                () ->
                        primary.changeFeed().pendingBytes() == 0
                                && !primary.changeFeed().isSynchronising()
                                && publisher.number() == primary.changeFeed().number());
        digests.put(primary.changeFeed().number(), primary.digest());
        if (publisher.locate(point)) {
            numbers.putIfAbsent(point.position, point.number);
        }
    }

    void awaitRecorded() {
        drain();
        await("recorded", () -> journal.recordedNumber() >= publisher.number());
    }

    void awaitCheckpoint() {
        final long before = journal.checkpoints();
        journal.requestCheckpoint();
        await("checkpoint", () -> journal.checkpoints() > before);
    }

    /** Makes one change at most. */
    void change(SplittableRandom random) {
        final long key = random.nextInt(KEYS);
        switch (random.nextInt(6)) {
            case 0 -> primary.remove(key);
            case 1 -> primary.setTtl(key, (1 + random.nextInt(1_000)) * 3_600_000_000_000L);
            default -> {
                final int length = 8 + random.nextInt(random.nextInt(10) == 0 ? 3_500 : 300);
                value.setMemory(0, length, (byte) random.nextInt());
                value.putLong(0, random.nextLong());
                primary.put(key, value, 0, length);
            }
        }
    }

    void changes(SplittableRandom random, int count) {
        for (int i = 0; i < count; i++) {
            change(random);
            drain();
        }
    }

    /** Copies all files as they are now, as if the machine were lost. */
    Path lose() throws IOException {
        final Path copy = Files.createTempDirectory(root, "lost-");
        for (final String name : new String[] {"archive", "checkpoints"}) {
            try (Stream<Path> files = Files.walk(root.resolve(name))) {
                for (final Path file : files.toList()) {
                    final Path to = copy.resolve(root.relativize(file));
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(to);
                    } else if (!file.getFileName().toString().endsWith(".lck")
                            && !file.getFileName().toString().contains("mark.dat")) {
                        Files.copy(file, to);
                    }
                }
            }
        }
        return copy;
    }

    /** Checks what is recovered on another machine from copied files. */
    JournalRecovery recover(Path copy) {
        return recover(copy, true);
    }

    /** Recovers at a change after which the contents were not noted. */
    JournalRecovery recoverUnchecked(Path copy) {
        return recover(copy, false);
    }

    private JournalRecovery recover(Path copy, boolean checks) {
        try (SteppedDriver driver = new SteppedDriver(rig.clock);
                ArchiveRig other = restart(driver, copy.resolve("archive"));
                AeronArchive client = other.connect()) {
            final JournalRecovery recovery =
                    JournalRecovery.builder()
                            .cache(rig.builder().memoryBytes(2 << 20))
                            .directory(copy.resolve("checkpoints"))
                            .archive(client)
                            .recover();
            try (OffHeapCache cache = recovery.cache()) {
                final AuditResult audit = cache.audit();
                assertThat(audit.clean()).as(audit.finding()).isTrue();
                assertThat(cache.isFollower()).isFalse();
                if (recovery.end() == JournalEnd.NO_CHECKPOINT) {
                    assertThat(cache.size()).isZero();
                } else if (checks) {
                    assertThat(cache.digest())
                            .as("contents at change %d: %s", recovery.number(), recovery)
                            .isEqualTo(digests.floorEntry(recovery.number()).getValue());
                }
            }
            return recovery;
        }
    }

    /** Starts an archive as docs/journal.md says. */
    private ArchiveRig restart(SteppedDriver driver, Path directory) {
        try {
            return new ArchiveRig(driver, rig.clock, directory, 0);
        } catch (final ArchiveException e) {
            assertThat(e).hasMessageContaining("straddling page boundary");
            ArchiveTool.verify(
                    new PrintStream(OutputStream.nullOutputStream()),
                    directory.toFile(),
                    Set.of(),
                    null,
                    segment -> true);
            return new ArchiveRig(driver, rig.clock, directory, 0);
        }
    }

    @Override
    public void close() {
        journal.close();
        publisher.close();
        archive.close();
        rig.close();
    }
}
