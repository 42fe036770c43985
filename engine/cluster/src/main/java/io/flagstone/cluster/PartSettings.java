// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpLock;

/** The settings of a member's parts, from those of the member. */
final class PartSettings {
    static final String ARCHIVE = "archive";
    static final String CLUSTER = "cluster";

    private static final int SMALL_TERM = 64 << 10;
    private static final int SMALL_COUNTERS = 1 << 20;
    private static final int SMALL_SEGMENT = 1 << 20;

    /** The longest fragment of Aeron, with its header, and how many a term must have room for. */
    private static final int MAX_FRAGMENT = 65_504;

    private static final int MESSAGES_PER_TERM = 8;

    private static final int SPINS = 100;
    private static final int YIELDS = 10;
    private static final long MIN_PARK_NS = 1_000;
    private static final long MAX_PARK_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long FRUGAL_PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ClusterMemberContext context;

    PartSettings(ClusterMemberContext context) {
        this.context = context;
    }

    /**
     * Returns how threads idle. Where they share processors, one that spins only keeps the next one
     * from its work: a look at all sockets takes some microseconds.
     */
    Supplier<IdleStrategy> idle() {
        if (context.frugal()) {
            return () -> new BackoffIdleStrategy(1, 1, MIN_PARK_NS, FRUGAL_PARK_NS);
        }
        return context.dedicatedThreads()
                ? () -> new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NS, MAX_PARK_NS)
                : () -> new BackoffIdleStrategy(1, 1, MIN_PARK_NS, MAX_PARK_NS);
    }

    ErrorHandler errorHandler(String part) {
        final ErrorHandler handler = context.errorHandler();
        return handler != null
                ? handler
                : thrown ->
                        System.getLogger("io.flagstone.cluster")
                                .log(
                                        System.Logger.Level.WARNING,
                                        part + " of member " + context.memberId(),
                                        thrown);
    }

    MediaDriver.Context driver() {
        final int ipcTerm = Math.max(SMALL_TERM, context.frugal() ? 0 : context.termBytes());
        final MediaDriver.Context driver =
                new MediaDriver.Context()
                        .aeronDirectoryName(context.aeronDirectory())
                        .threadingMode(
                                context.dedicatedThreads()
                                        ? ThreadingMode.SHARED
                                        : ThreadingMode.INVOKER)
                        .sharedIdleStrategy(idle().get())
                        .termBufferSparseFile(true)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true)
                        .ipcTermBufferLength(ipcTerm)
                        .publicationTermBufferLength(context.termBytes())
                        .spiesSimulateConnection(true)
                        .errorHandler(errorHandler("driver"));
        if (context.frugal()) {
            driver.counterValuesBufferLength(SMALL_COUNTERS).lossReportBufferLength(SMALL_COUNTERS);
        }
        return driver;
    }

    Archive.Context archive() {
        final Archive.Context archive =
                new Archive.Context()
                        .aeronDirectoryName(context.aeronDirectory())
                        .archiveDir(context.file(ARCHIVE))
                        .controlChannel(udp(context.endpoint(context.memberId(), 4), SMALL_TERM))
                        .localControlChannel("aeron:ipc?term-length=64k")
                        .replicationChannel("aeron:udp?endpoint=" + context.host() + ":0")
                        .recordingEventsEnabled(false)
                        .threadingMode(
                                context.dedicatedThreads()
                                        ? ArchiveThreadingMode.SHARED
                                        : ArchiveThreadingMode.INVOKER)
                        .deleteArchiveOnStart(context.clean())
                        .fileSyncLevel(context.fileSyncLevel())
                        .catalogFileSyncLevel(context.fileSyncLevel())
                        .idleStrategySupplier(idle())
                        .errorHandler(errorHandler("archive"));
        if (context.frugal()) {
            archive.segmentFileLength(Math.max(SMALL_SEGMENT, context.termBytes()));
        }
        return archive;
    }

    AeronArchive.Context archiveClient() {
        return new AeronArchive.Context()
                .lock(NoOpLock.INSTANCE)
                .aeronDirectoryName(context.aeronDirectory())
                .controlRequestChannel("aeron:ipc?term-length=64k")
                .controlResponseChannel("aeron:ipc?term-length=64k");
    }

    ConsensusModule.Context consensus() {
        final String term = "term-length=" + context.termBytes();
        final long timeoutNs = context.heartbeatTimeoutNs();
        return new ConsensusModule.Context()
                .aeronDirectoryName(context.aeronDirectory())
                .clusterMemberId(context.memberId())
                .clusterMembers(context.clusterMembers())
                .clusterDir(context.file(CLUSTER))
                .ingressChannel("aeron:udp?" + term)
                .logChannel("aeron:udp?" + term)
                .snapshotChannel(snapshotChannel())
                .consensusChannel("aeron:udp?term-length=64k")
                .replicationChannel("aeron:udp?endpoint=" + context.host() + ":0")
                .archiveContext(archiveClient())
                .deleteDirOnStart(context.clean())
                .fileSyncLevel(context.fileSyncLevel())
                .leaderHeartbeatTimeoutNs(timeoutNs)
                .leaderHeartbeatIntervalNs(timeoutNs / 10)
                .electionTimeoutNs(timeoutNs / 2)
                .startupCanvassTimeoutNs(5 * timeoutNs)
                .terminationTimeoutNs(TimeUnit.SECONDS.toNanos(2))
                .idleStrategySupplier(idle())
                // The default exits the process.
                .terminationHook(() -> {})
                .errorHandler(errorHandler("consensus module"));
    }

    ClusteredServiceContainer.Context container(ClusteredService service) {
        return new ClusteredServiceContainer.Context()
                .aeronDirectoryName(context.aeronDirectory())
                .archiveContext(archiveClient())
                .clusterDir(context.file(CLUSTER))
                .snapshotChannel(snapshotChannel())
                .clusteredService(service)
                .idleStrategySupplier(idle())
                .terminationHook(() -> {})
                .errorHandler(errorHandler("service"));
    }

    /** Returns the channel of snapshots. A block of entries is one fragment of it. */
    String snapshotChannel() {
        final int term = context.snapshotTermBytes();
        return "aeron:ipc?alias=snapshot|term-length="
                + term
                + "|mtu="
                + Math.min(MAX_FRAGMENT, term / MESSAGES_PER_TERM);
    }

    private static String udp(String endpoint, int termBytes) {
        return "aeron:udp?endpoint=" + endpoint + "|term-length=" + termBytes;
    }
}
