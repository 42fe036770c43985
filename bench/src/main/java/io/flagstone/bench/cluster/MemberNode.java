// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.fork.ParentLine;
import io.flagstone.cluster.ClusterMember;
import io.flagstone.cluster.ClusterMemberContext;
import io.flagstone.cluster.ClusterServiceContext;
import io.flagstone.cluster.FlagstoneClusteredService;
import java.io.File;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/**
 * The process of a member. The first line from the parent is made by {@link #begin}. It tells when
 * it becomes the leader, when it has applied a position that the parent asks for, and what it finds
 * when the members compare a snapshot.
 */
public final class MemberNode {
    /** The number of members. */
    static final int MEMBERS = 3;

    /** The longest silence of a leader, which an election follows. */
    static final long HEARTBEAT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    /** From a member: it is the leader now. */
    static final String LEADER = "leader";

    /** To a member: tells when it has applied this position of the log. */
    static final String AWAIT = "await ";

    /** From a member: it has applied the position. */
    static final String APPLIED = "applied";

    /** To a member: takes a snapshot, if it is the leader. */
    static final String SNAPSHOT = "snapshot";

    /** From a member: its digest of a snapshot is the leader's. */
    static final String EQUAL = "equal";

    /** From a member: its digest of a snapshot is not the leader's. */
    static final String DIFFERENT = "different ";

    private static final long HASH_SEED = 20_131_125;
    private static final long TICK_MS = 20;

    private final ParentLine parent;
    private final ClusterMember member;
    private final FlagstoneClusteredService service;
    private boolean leads;
    private long awaited = Long.MAX_VALUE;
    private long comparisons;

    private MemberNode(ParentLine parent, ClusterMember member, FlagstoneClusteredService service) {
        this.parent = parent;
        this.member = member;
        this.service = service;
    }

    /** Returns the first line to a member. */
    static String begin(int id, int basePort, long memoryBytes, String directory, String aeron) {
        return String.join(
                " ",
                Integer.toString(id),
                Integer.toString(basePort),
                Long.toString(memoryBytes),
                aeron,
                directory);
    }

    /** Returns where the members are. */
    static ClusterMemberContext members(int basePort) {
        return new ClusterMemberContext()
                .hosts(Collections.nCopies(MEMBERS, "127.0.0.1"))
                .basePort(basePort);
    }

    /**
     * Runs until the parent ends.
     *
     * @param args none.
     * @throws InterruptedException never.
     */
    public static void main(String[] args) throws InterruptedException {
        final ParentLine parent = ParentLine.open();
        final SleepingMillisIdleStrategy idle = new SleepingMillisIdleStrategy(1);
        final String[] words = parent.take().split(" ", 5);
        final FlagstoneClusteredService service =
                new FlagstoneClusteredService(
                        new ClusterServiceContext()
                                .cache(
                                        OffHeapCache.builder()
                                                .memoryBytes(Long.parseLong(words[2]))
                                                .segments(1),
                                        HASH_SEED)
                                .tickMs(TICK_MS)
                                .divergenceHandler(
                                        found -> parent.send(DIFFERENT + found.getMessage())));
        final ClusterMember member =
                ClusterMember.launch(
                        members(Integer.parseInt(words[1]))
                                .memberId(Integer.parseInt(words[0]))
                                .aeronDirectory(words[3])
                                .directory(new File(words[4]))
                                .frugal(true)
                                .heartbeatTimeoutNs(HEARTBEAT_TIMEOUT_NS),
                        service);
        final MemberNode node = new MemberNode(parent, member, service);
        while (true) {
            node.look();
            idle.idle();
        }
    }

    private void look() {
        if (member.isLeader() != leads) {
            leads = !leads;
            if (leads) {
                parent.send(LEADER);
            }
        }
        if (service.appliedPosition() >= awaited) {
            awaited = Long.MAX_VALUE;
            parent.send(APPLIED);
        }
        final long compared = service.comparisons();
        if (compared != comparisons) {
            comparisons = compared;
            if (service.divergences() == 0) {
                parent.send(EQUAL);
            }
        }
        final String line = parent.poll();
        if (line == null) {
            return;
        }
        if (line.startsWith(AWAIT)) {
            awaited = Long.parseLong(line.substring(AWAIT.length()));
        } else if (line.equals(SNAPSHOT) && leads) {
            member.snapshot();
        }
    }
}
