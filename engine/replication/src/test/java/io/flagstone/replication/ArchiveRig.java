// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.checksum.Checksums;
import io.aeron.archive.client.AeronArchive;
import io.flagstone.testing.TestClock;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.status.AtomicCounter;

/** An archive without threads on a stepped driver, with checksums and the shortest segments. */
final class ArchiveRig implements AutoCloseable {
    static final int SEGMENT_BYTES = 64 << 10;
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(100);

    private final SteppedDriver driver;
    private final TestClock clock;
    private final Archive archive;
    private final AgentInvoker invoker;

    ArchiveRig(SteppedDriver driver, TestClock clock, Path directory, int fileSyncLevel) {
        this.driver = driver;
        this.clock = clock;
        final Aeron client = driver.connectArchive();
        this.archive =
                Archive.launch(
                        new Archive.Context()
                                .aeron(client)
                                .errorCounter(
                                        client.addCounter(
                                                AeronCounters.ARCHIVE_ERROR_COUNT_TYPE_ID,
                                                "archive errors"))
                                .ownsAeronClient(true)
                                .mediaDriverAgentInvoker(driver.invoker())
                                .threadingMode(ArchiveThreadingMode.INVOKER)
                                .archiveDir(directory.toFile())
                                .controlChannelEnabled(false)
                                .archiveClientContext(
                                        new AeronArchive.Context()
                                                .controlRequestChannel("aeron:ipc")
                                                .controlResponseChannel("aeron:ipc"))
                                .localControlChannel("aeron:ipc")
                                .replicationChannel("aeron:udp?endpoint=127.0.0.1:0")
                                .recordingEventsEnabled(false)
                                .segmentFileLength(SEGMENT_BYTES)
                                .fileIoMaxLength(SEGMENT_BYTES)
                                .lowStorageSpaceThreshold(SEGMENT_BYTES)
                                .fileSyncLevel(fileSyncLevel)
                                .catalogFileSyncLevel(fileSyncLevel)
                                .recordChecksum(Checksums.crc32c())
                                .replayChecksum(Checksums.crc32c())
                                .epochClock(() -> TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()))
                                .nanoClock(clock)
                                .errorHandler(thrown -> {}));
        this.invoker = new AgentInvoker(thrown -> {}, (AtomicCounter) null, new Step());
        invoker.start();
    }

    /** Lets some time pass, and driver and archive work. */
    private final class Step implements Agent {
        @Override
        public int doWork() {
            clock.advance(STEP_NS);
            return driver.step() + archive.invoker().invoke();
        }

        @Override
        public String roleName() {
            return "archive";
        }
    }

    void step() {
        invoker.invoke();
    }

    /** Connects a client that lets the archive work while it waits. */
    AeronArchive connect() {
        return AeronArchive.connect(
                new AeronArchive.Context()
                        .aeron(driver.connect())
                        .ownsAeronClient(true)
                        .agentInvoker(invoker)
                        .idleStrategy(NoOpIdleStrategy.INSTANCE)
                        .controlRequestChannel("aeron:ipc")
                        .controlResponseChannel("aeron:ipc"));
    }

    @Override
    public void close() {
        archive.close();
    }
}
