// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterClientContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;

/** One or more clusters, whose members are processes, and the faults that they suffer. */
final class Clusters implements AutoCloseable {
    private static final long STALL_MS = TimeUnit.MINUTES.toMillis(10);
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);

    private final List<Hosts> hosts = new ArrayList<>();
    private final MemberProcess[][] members;
    private final Network network;
    private final SplittableRandom random;
    private final Path directory;
    private final String aeron;
    private final ClientDriver driver;
    private final Journal journal;
    private final int[] outside;
    private final Map<Fault, Integer> suffered = new EnumMap<>(Fault.class);
    private long waits;

    /**
     * Starts the members.
     *
     * @param sizes the number of members of each cluster.
     * @param network the network between them, or null for the loopback. Its first hosts are those
     *     of the members, its last one is that of the clients; there may be one of movers between.
     */
    Clusters(int[] sizes, Network network, int firstPort, SplittableRandom random, Path directory)
            throws IOException {
        this.members = new MemberProcess[sizes.length][];
        this.network = network;
        this.random = random;
        this.directory = directory;
        this.aeron = "/dev/shm/flagstone-soak-" + ProcessHandle.current().pid();
        final String address =
                network == null ? Hosts.LOOPBACK : Network.address(network.hosts() - 1);
        this.driver = ClientDriver.launch(aeron + "-clients", address, 64 << 10, thrown -> {});
        this.journal = new Journal(directory);
        int first = 0;
        for (int cluster = 0; cluster < sizes.length; cluster++) {
            hosts.add(Hosts.of(network, first, sizes[cluster], firstPort));
            members[cluster] = new MemberProcess[sizes[cluster]];
            first += sizes[cluster];
            for (int id = 0; id < sizes[cluster]; id++) {
                start(cluster, id, true);
            }
        }
        this.outside = new int[network == null ? 0 : network.hosts() - first];
        for (int i = 0; i < outside.length; i++) {
            outside[i] = first + i;
        }
    }

    private void start(int cluster, int id, boolean clean) throws IOException {
        members[cluster][id] =
                new MemberProcess(
                        id,
                        hosts.get(cluster),
                        directory.resolve("cluster-" + cluster),
                        aeron + "-cluster-" + cluster,
                        clean,
                        journal);
    }

    int count() {
        return members.length;
    }

    String endpoints(int cluster) {
        return hosts.get(cluster).endpoints();
    }

    /** Returns the settings of a client of any cluster. */
    ClusterClientContext client(String endpoints) {
        return driver.client(endpoints).requestTimeoutNs(TimeUnit.SECONDS.toNanos(20));
    }

    /** Returns the begin of the names of directories for drivers. */
    String aeron() {
        return aeron;
    }

    Journal journal() {
        return journal;
    }

    /** Returns a random fault that a cluster can suffer. */
    Fault draw(int cluster) {
        final List<Fault> possible =
                Fault.possible(network != null, outside.length > 1, members[cluster].length);
        return possible.get(random.nextInt(possible.size()));
    }

    /**
     * Lets a cluster suffer a fault, and mends it. Some faults strike all clusters.
     *
     * @param clients must get no result while no cluster can acknowledge anything.
     */
    void suffer(Fault fault, int cluster, Clients clients)
            throws IOException, InterruptedException {
        journal.add(fault + " of cluster " + cluster);
        apply(fault, cluster, clients);
        journal.add("its end");
        suffered.merge(fault, 1, Integer::sum);
    }

    private void apply(Fault fault, int cluster, Clients clients)
            throws IOException, InterruptedException {
        final int leader = leader(cluster);
        final int size = members[cluster].length;
        final int follower = size == 1 ? leader : (leader + 1 + random.nextInt(size - 1)) % size;
        switch (fault) {
            case KILL_LEADER -> {
                members[cluster][leader].kill();
                pause(random.nextInt(1_500));
                start(cluster, leader, false);
            }
            case PAUSE_LEADER -> pauseProcess(members[cluster][leader]);
            case PAUSE_FOLLOWER -> pauseProcess(members[cluster][follower]);
            case SNAPSHOT -> members[cluster][leader].snapshot();
            case KILL_AFTER_SNAPSHOT -> {
                compareMembers(cluster);
                final int victim = random.nextBoolean() ? leader : follower;
                members[cluster][victim].kill();
                start(cluster, victim, false);
            }
            case SLOW_LEADER_DISK -> slowDisk(cluster, leader, -1);
            case SLOW_FOLLOWER_DISK -> slowDisk(cluster, follower, -1);
            case KILL_LEADER_OF_SLOW_FOLLOWER -> slowDisk(cluster, follower, leader);
            case STALL_ALL_DISKS -> stallAllDisks(clients);
            case CUT_LEADER -> cutMember(cluster, leader, true, true);
            case CUT_FOLLOWER -> cutMember(cluster, follower, true, true);
            case MUTE_LEADER -> cutMember(cluster, leader, true, false);
            case MUTE_FOLLOWER -> cutMember(cluster, follower, true, false);
            case DEAF_LEADER -> cutMember(cluster, leader, false, true);
            case DEAF_FOLLOWER -> cutMember(cluster, follower, false, true);
            case CUT_CLIENTS -> cutOff(outside[outside.length - 1], cluster);
            case CUT_MOVER -> cutOff(outside[0], cluster);
            case CUT_ALL -> cutAll(clients);
        }
    }

    /** Makes a disk slow for each frame or stops it, and sometimes kills a member meanwhile. */
    private void slowDisk(int cluster, int id, int victim)
            throws IOException, InterruptedException {
        journal.add("member " + id);
        final MemberProcess member = members[cluster][id];
        final long before = member.waits();
        member.slowDisk(random.nextBoolean() ? 2 + random.nextInt(40) : STALL_MS);
        pause(300 + random.nextInt(2_000));
        if (victim >= 0) {
            members[cluster][victim].kill();
            pause(random.nextInt(1_500));
        }
        member.slowDisk(0);
        if (victim >= 0) {
            start(cluster, victim, false);
        }
        waits += member.waits() - before;
    }

    /** Stops all disks. Nothing can be recorded, so no cluster must acknowledge anything. */
    private void stallAllDisks(Clients clients) throws IOException {
        final List<MemberProcess> all = all();
        final long[] before = new long[all.size()];
        for (int i = 0; i < before.length; i++) {
            before[i] = all.get(i).waits();
            all.get(i).slowDisk(STALL_MS);
        }
        for (int i = 0; i < before.length; i++) {
            final MemberProcess member = all.get(i);
            final long least = before[i] + 1;
            await("frame that waits for the disk", () -> member.waits() >= least);
            waits++;
        }
        clients.checkStandstill(() -> pause(300 + random.nextInt(2_000)), "without a disk");
        for (final MemberProcess member : all) {
            member.slowDisk(0);
        }
    }

    /** Cuts a member off from one other or all others of its cluster, and from those outside. */
    private void cutMember(int cluster, int member, boolean isMute, boolean isDeaf)
            throws IOException {
        final List<Integer> others = new ArrayList<>();
        final int first = hosts.get(cluster).first();
        for (int id = 0; id < members[cluster].length; id++) {
            if (id != member) {
                others.add(first + id);
            }
        }
        if (!others.isEmpty() && random.nextInt(4) == 0) {
            final int other = others.get(random.nextInt(others.size()));
            others.removeIf(host -> host != other);
        } else if (others.isEmpty() || random.nextBoolean()) {
            for (final int host : outside) {
                others.add(host);
            }
        }
        cut(first + member, others, isMute, isDeaf);
    }

    /** Cuts a host off from all members of a cluster, in one direction or both. */
    private void cutOff(int host, int cluster) throws IOException {
        final List<Integer> others = new ArrayList<>();
        for (int id = 0; id < members[cluster].length; id++) {
            others.add(hosts.get(cluster).first() + id);
        }
        final int ways = 1 + random.nextInt(3);
        cut(host, others, (ways & 1) != 0, (ways & 2) != 0);
    }

    /** Cuts what a host sends, what it should receive, or both, for some time. */
    private void cut(int host, List<Integer> others, boolean isMute, boolean isDeaf)
            throws IOException {
        for (final int other : others) {
            journal.add("host " + host + " and host " + other);
            if (isMute) {
                network.cut(host, other);
            }
            if (isDeaf) {
                network.cut(other, host);
            }
        }
        pause(300 + random.nextInt(3_200));
        network.mend();
    }

    /**
     * Cuts all members from each other. None has a majority, so they must acknowledge nothing. A
     * member that is alone in its cluster has one: if there is such a member, the clients are cut
     * off, too.
     */
    private void cutAll(Clients clients) throws IOException {
        boolean isAnyAlone = false;
        for (final Hosts cluster : hosts) {
            isAnyAlone |= cluster.members() == 1;
        }
        final int ends = all().size() + (isAnyAlone ? outside.length : 0);
        for (int from = 0; from < ends; from++) {
            for (int to = 0; to < ends; to++) {
                if (from != to) {
                    network.cut(from, to);
                }
            }
        }
        clients.checkStandstill(() -> pause(300 + random.nextInt(2_000)), "without a network");
        network.mend();
    }

    private void pauseProcess(MemberProcess member) throws IOException, InterruptedException {
        member.signal("STOP");
        try {
            // Sometimes shorter than the time to an election, sometimes longer.
            pause(500 + random.nextInt(2_000));
        } finally {
            member.signal("CONT");
        }
    }

    static void pause(long ms) {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long left = endNs - System.nanoTime(); left > 0; left = endNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private List<MemberProcess> all() {
        final List<MemberProcess> all = new ArrayList<>();
        for (final MemberProcess[] cluster : members) {
            Collections.addAll(all, cluster);
        }
        return all;
    }

    /** Waits until a cluster has a leader, and returns it. */
    int leader(int cluster) {
        final int[] found = {-1};
        await(
                "a leader",
                () -> {
                    for (final MemberProcess member : members[cluster]) {
                        if (member.isLeader()) {
                            found[0] = member.id();
                        }
                    }
                    return found[0] >= 0;
                });
        return found[0];
    }

    /** Takes a snapshot, and waits until all members have compared theirs with the leader's. */
    void compareMembers(int cluster) throws IOException {
        final MemberProcess[] all = members[cluster];
        final long[] before = new long[all.length];
        for (final MemberProcess member : all) {
            before[member.id()] = member.compared();
        }
        final long[] askedNs = {0};
        await(
                "comparison of snapshots",
                () -> {
                    boolean isComplete = true;
                    for (final MemberProcess member : all) {
                        check(member.divergence() == null, member.divergence());
                        isComplete &= member.compared() > before[member.id()];
                    }
                    if (!isComplete
                            && System.nanoTime() - askedNs[0] > TimeUnit.SECONDS.toNanos(2)) {
                        askedNs[0] = System.nanoTime();
                        ask(all[leader(cluster)]);
                    }
                    return isComplete;
                });
    }

    private static void ask(MemberProcess member) {
        try {
            member.snapshot();
        } catch (final IOException e) {
            throw new ClusterViolation("a member does not take commands: " + e);
        }
    }

    /**
     * Waits until a condition holds.
     *
     * @throws ClusterViolation if it does not hold within a minute, or a member has ended.
     */
    void await(String name, BooleanSupplier condition) {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            for (int cluster = 0; cluster < members.length; cluster++) {
                for (final MemberProcess member : members[cluster]) {
                    check(
                            member.isAlive(),
                            "member " + member.id() + " of cluster " + cluster + " has ended");
                }
            }
            check(System.nanoTime() - startNs < GUARD_NS, "no " + name + " within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private static void check(boolean holds, String finding) {
        if (!holds) {
            throw new ClusterViolation(finding);
        }
    }

    /** Prints what the members have suffered. */
    void print(PrintWriter out) {
        out.printf(
                "faults     %,d%n", suffered.values().stream().mapToInt(Integer::intValue).sum());
        suffered.forEach((fault, times) -> out.printf("  %,6d x %s%n", times, fault));
        out.printf("frames     at least %,d waited for a slow disk%n", waits);
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(all());
        CloseHelper.quietCloseAll(driver, journal);
    }
}
