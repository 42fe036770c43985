// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.ClusterMember;
import io.flagstone.cluster.ClusterMemberContext;
import io.flagstone.cluster.ClusterServiceContext;
import io.flagstone.cluster.FlagstoneClusteredService;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The process of a member. Takes commands from its input, and tells on its output when it becomes
 * the leader or ceases to be it, how many snapshots it has compared, how many frames have waited
 * for its disk, and what is wrong.
 */
final class MemberMain {
    static final int MEMBERS = 3;
    static final long HEARTBEAT_NS = TimeUnit.SECONDS.toNanos(1);
    static final String DISK = "disk ";
    static final String WAITED = "waited ";
    private static final long SEED = 7;

    private MemberMain() {}

    /** Runs the member until its input ends. */
    public static void main(String[] args) throws IOException {
        final FlagstoneClusteredService service =
                new FlagstoneClusteredService(
                        new ClusterServiceContext()
                                .cache(
                                        OffHeapCache.builder().memoryBytes(1 << 22).segments(2),
                                        SEED)
                                .tickMs(20)
                                .divergenceHandler(thrown -> tell("diverged " + thrown)));
        final ClusterMemberContext context =
                new ClusterMemberContext()
                        .hosts(List.of(args[5].split(",")))
                        .basePort(Integer.parseInt(args[1]))
                        .memberId(Integer.parseInt(args[0]))
                        .directory(new File(args[2]))
                        .aeronDirectory(args[3])
                        .clean(Boolean.parseBoolean(args[4]))
                        .frugal(true)
                        .termBytes(128 << 10)
                        .heartbeatTimeoutNs(HEARTBEAT_NS);
        final ClusterMember member = launch(context, service);
        final Thread watch = new Thread(() -> watch(member, service), "watch");
        watch.setDaemon(true);
        watch.start();
        final BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("snapshot") && member.isLeader()) {
                tell("snapshot " + member.snapshot());
            } else if (line.startsWith(DISK)) {
                SlowDisk.waitMs(Long.parseLong(line.substring(DISK.length())));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Starts the member, or ends the process, whose other threads would go on. */
    private static ClusterMember launch(
            ClusterMemberContext context, FlagstoneClusteredService service) {
        try {
            return ClusterMember.launch(context, service);
        } catch (final RuntimeException | Error e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
            throw e;
        }
    }

    private static void watch(ClusterMember member, FlagstoneClusteredService service) {
        boolean leader = false;
        long comparisons = 0;
        long waits = 0;
        while (true) {
            if (member.isLeader() != leader) {
                leader = !leader;
                tell(leader ? "leader" : "follower");
            }
            if (service.comparisons() != comparisons) {
                comparisons = service.comparisons();
                tell("compared " + comparisons);
            }
            if (SlowDisk.waits() != waits) {
                waits = SlowDisk.waits();
                tell(WAITED + waits);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static void tell(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }
}
