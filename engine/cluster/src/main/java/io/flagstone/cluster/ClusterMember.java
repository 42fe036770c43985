// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.ElectionState;
import io.aeron.cluster.service.Cluster;
import io.aeron.cluster.service.ClusteredService;
import io.flagstone.cluster.internal.MemberLock;
import java.util.Objects;
import org.agrona.CloseHelper;
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
    private final MemberLock lock;
    private final MemberParts parts;

    private ClusterMember(MemberLock lock, MemberParts parts) {
        this.lock = lock;
        this.parts = parts;
    }

    /**
     * Starts a member. It loads its last snapshot, replays the log from there, and joins.
     *
     * @param context the settings.
     * @param service the service, such as a {@link FlagstoneClusteredService}.
     * @return the member, which may not have joined yet.
     * @throws IllegalArgumentException if the settings do not fit together.
     * @throws IllegalStateException if another member uses the directory.
     * @throws java.io.UncheckedIOException if the directory cannot be used.
     */
    public static ClusterMember launch(ClusterMemberContext context, ClusteredService service) {
        Objects.requireNonNull(service, "service");
        context.check();
        final MemberLock lock =
                MemberLock.take(context.directory(), PartSettings.ARCHIVE, PartSettings.CLUSTER);
        MemberParts parts = null;
        try {
            parts = MemberParts.launch(context, service);
        } finally {
            if (parts == null) {
                lock.close();
            }
        }
        return new ClusterMember(lock, parts);
    }

    /**
     * Returns whether this member is the leader and serves requests.
     *
     * @return false while there is an election.
     */
    public boolean isLeader() {
        final ConsensusModule.Context context = parts.consensus();
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
        final ConsensusModule.Context context = parts.consensus();
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
        return parts.consensus().snapshotCounter().get();
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
        CloseHelper.closeAll(parts, lock);
    }
}
