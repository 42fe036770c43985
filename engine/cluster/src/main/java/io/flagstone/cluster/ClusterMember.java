// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ElectionState;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.cluster.internal.MemberLock;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpLock;
import org.agrona.concurrent.ShutdownSignalBarrier;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * A member of a cluster in this process: media driver, archive, consensus module and service.
 *
 * <p>It has settings that suit a cache. If you need others, launch the parts by yourself; the
 * service does not depend on this class.
 *
 * <p>Thread-safe, but for {@link #close}.
 */
public final class ClusterMember implements AutoCloseable {
    private static final int SMALL_TERM = 64 << 10;
    private static final int SMALL_COUNTERS = 1 << 20;
    private static final int SMALL_SEGMENT = 1 << 20;

    /** The longest fragment of Aeron, with its header, and how many a term must have room for. */
    private static final int MAX_FRAGMENT = 65_504;

    private static final int MESSAGES_PER_TERM = 8;

    private static final String ARCHIVE = "archive";
    private static final String CLUSTER = "cluster";

    private final MemberLock lock;
    private final ClusteredMediaDriver driver;
    private final ClusteredServiceContainer container;

    private ClusterMember(
            MemberLock lock, ClusteredMediaDriver driver, ClusteredServiceContainer container) {
        this.lock = lock;
        this.driver = driver;
        this.container = container;
    }

    /**
     * Starts a member. It loads its last snapshot, replays the log from there, and joins.
     *
     * @param context the settings.
     * @param service the service, such as a {@link FlagstoneClusteredService}.
     * @return the member, which may not have joined yet.
     * @throws IllegalStateException if another member uses the directory.
     * @throws java.io.UncheckedIOException if the directory cannot be used.
     */
    public static ClusterMember launch(ClusterMemberContext context, ClusteredService service) {
        final MemberLock lock = MemberLock.take(context.directory(), ARCHIVE, CLUSTER);
        ClusterMember member = null;
        try {
            member = launch(lock, context, service);
            return member;
        } finally {
            if (member == null) {
                lock.close();
            }
        }
    }

    private static ClusterMember launch(
            MemberLock lock, ClusterMemberContext context, ClusteredService service) {
        final AeronArchive.Context archiveClient =
                new AeronArchive.Context()
                        .lock(NoOpLock.INSTANCE)
                        .aeronDirectoryName(context.aeronDirectory())
                        .controlRequestChannel("aeron:ipc?term-length=64k")
                        .controlResponseChannel("aeron:ipc?term-length=64k");
        final ClusteredMediaDriver driver =
                ClusteredMediaDriver.launch(
                        driver(context),
                        archive(context),
                        consensus(context, archiveClient.clone()));
        ClusteredServiceContainer container = null;
        try {
            container =
                    ClusteredServiceContainer.launch(
                            container(context, archiveClient.clone(), service));
        } finally {
            if (container == null) {
                driver.close();
            }
        }
        return new ClusterMember(lock, driver, container);
    }

    private static Supplier<IdleStrategy> idle(ClusterMemberContext context) {
        return context.frugal()
                ? () -> new BackoffIdleStrategy(1, 1, 1_000, 1_000_000)
                : () -> new BackoffIdleStrategy(100, 10, 1_000, 100_000);
    }

    private static ErrorHandler errorHandler(ClusterMemberContext context, String part) {
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

    private static MediaDriver.Context driver(ClusterMemberContext context) {
        final int ipcTerm = Math.max(SMALL_TERM, context.frugal() ? 0 : context.termBytes());
        final MediaDriver.Context driver =
                new MediaDriver.Context()
                        .aeronDirectoryName(context.aeronDirectory())
                        .threadingMode(ThreadingMode.SHARED)
                        .sharedIdleStrategy(idle(context).get())
                        .termBufferSparseFile(true)
                        .dirDeleteOnStart(true)
                        .dirDeleteOnShutdown(true)
                        .ipcTermBufferLength(ipcTerm)
                        .publicationTermBufferLength(context.termBytes())
                        .spiesSimulateConnection(true)
                        .errorHandler(errorHandler(context, "driver"));
        if (context.frugal()) {
            driver.counterValuesBufferLength(SMALL_COUNTERS).lossReportBufferLength(SMALL_COUNTERS);
        }
        return driver;
    }

    private static Archive.Context archive(ClusterMemberContext context) {
        final Archive.Context archive =
                new Archive.Context()
                        .aeronDirectoryName(context.aeronDirectory())
                        .archiveDir(context.file(ARCHIVE))
                        .controlChannel(udp(context.endpoint(context.memberId(), 4), SMALL_TERM))
                        .localControlChannel("aeron:ipc?term-length=64k")
                        .replicationChannel("aeron:udp?endpoint=" + context.host() + ":0")
                        .recordingEventsEnabled(false)
                        .threadingMode(ArchiveThreadingMode.SHARED)
                        .deleteArchiveOnStart(context.clean())
                        .fileSyncLevel(context.fileSyncLevel())
                        .catalogFileSyncLevel(context.fileSyncLevel())
                        .idleStrategySupplier(idle(context))
                        .errorHandler(errorHandler(context, "archive"));
        if (context.frugal()) {
            archive.segmentFileLength(Math.max(SMALL_SEGMENT, context.termBytes()));
        }
        return archive;
    }

    private static ConsensusModule.Context consensus(
            ClusterMemberContext context, AeronArchive.Context archiveClient) {
        final String term = "term-length=" + context.termBytes();
        final long timeoutNs = context.heartbeatTimeoutNs();
        return new ConsensusModule.Context()
                .aeronDirectoryName(context.aeronDirectory())
                .clusterMemberId(context.memberId())
                .clusterMembers(context.clusterMembers())
                .clusterDir(context.file(CLUSTER))
                .ingressChannel("aeron:udp?" + term)
                .logChannel("aeron:udp?" + term)
                .snapshotChannel(snapshotChannel(context))
                .consensusChannel("aeron:udp?term-length=64k")
                .replicationChannel("aeron:udp?endpoint=" + context.host() + ":0")
                .archiveContext(archiveClient)
                .deleteDirOnStart(context.clean())
                .fileSyncLevel(context.fileSyncLevel())
                .leaderHeartbeatTimeoutNs(timeoutNs)
                .leaderHeartbeatIntervalNs(timeoutNs / 10)
                .electionTimeoutNs(timeoutNs / 2)
                .startupCanvassTimeoutNs(5 * timeoutNs)
                .terminationTimeoutNs(TimeUnit.SECONDS.toNanos(2))
                .idleStrategySupplier(idle(context))
                // The default exits the process.
                .terminationHook(() -> {})
                .errorHandler(errorHandler(context, "consensus module"));
    }

    private static ClusteredServiceContainer.Context container(
            ClusterMemberContext context,
            AeronArchive.Context archiveClient,
            ClusteredService service) {
        return new ClusteredServiceContainer.Context()
                .aeronDirectoryName(context.aeronDirectory())
                .archiveContext(archiveClient)
                .clusterDir(context.file(CLUSTER))
                .snapshotChannel(snapshotChannel(context))
                .clusteredService(service)
                .idleStrategySupplier(idle(context))
                .terminationHook(() -> {})
                .errorHandler(errorHandler(context, "service"));
    }

    /** Returns the channel of snapshots. A block of entries is one fragment of it. */
    static String snapshotChannel(ClusterMemberContext context) {
        final int term = context.snapshotTermBytes();
        return "aeron:ipc?alias=snapshot|term-length="
                + term
                + "|mtu="
                + Math.min(MAX_FRAGMENT, term / MESSAGES_PER_TERM);
    }

    private static String udp(String endpoint, int termBytes) {
        return "aeron:udp?endpoint=" + endpoint + "|term-length=" + termBytes;
    }

    /**
     * Returns whether this member is the leader and serves requests.
     *
     * @return false while there is an election.
     */
    public boolean isLeader() {
        final ConsensusModule.Context context = driver.consensusModule().context();
        final AtomicCounter election = context.electionStateCounter();
        final AtomicCounter role = context.clusterNodeRoleCounter();
        return !election.isClosed()
                && election.get() == ElectionState.CLOSED.code()
                && role.get() == Cluster.Role.LEADER.code();
    }

    /**
     * Asks for a snapshot of all members. Only the leader can do that.
     *
     * @return false if this is not possible now.
     */
    public boolean snapshot() {
        final ConsensusModule.Context context = driver.consensusModule().context();
        final AtomicCounter toggle =
                ClusterControl.findControlToggle(
                        context.aeron().countersReader(), context.clusterId());
        return toggle != null && ClusterControl.ToggleState.SNAPSHOT.toggle(toggle);
    }

    /**
     * Returns how many snapshots this member has taken since it started.
     *
     * @return the number.
     */
    public long snapshots() {
        return driver.consensusModule().context().snapshotCounter().get();
    }

    /** Waits for a signal that ends the process, such as {@code SIGTERM}. */
    public static void awaitShutdown() {
        try (ShutdownSignalBarrier barrier = new ShutdownSignalBarrier()) {
            barrier.await();
        }
    }

    /** Stops the member. The log and the snapshots stay. Closing again does nothing. */
    @Override
    public void close() {
        CloseHelper.closeAll(container, driver, lock);
    }
}
