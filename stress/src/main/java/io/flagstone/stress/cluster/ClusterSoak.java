// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;

/** Runs schedules of faults on one cluster, each with keys of its own. */
final class ClusterSoak implements Soak {
    private static final int CLIENTS = 3;
    private static final int KEYS = 5;
    private static final int FAULTS = 3;
    private static final long CALLS_BETWEEN = 40;
    private static final long STALL_MS = TimeUnit.MINUTES.toMillis(10);
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);

    /** A fault that the members suffer. */
    private enum Fault {
        KILL_LEADER,
        PAUSE_LEADER,
        PAUSE_FOLLOWER,
        SNAPSHOT,
        KILL_AFTER_SNAPSHOT,
        SLOW_LEADER_DISK,
        SLOW_FOLLOWER_DISK,
        KILL_LEADER_OF_SLOW_FOLLOWER,
        STALL_ALL_DISKS,
        // The following ones need a network.
        CUT_LEADER,
        CUT_FOLLOWER,
        MUTE_LEADER,
        MUTE_FOLLOWER,
        DEAF_LEADER,
        DEAF_FOLLOWER,
        CUT_ALL;

        /** Returns the faults that are possible. */
        static Fault[] all(boolean hasNetwork) {
            return hasNetwork ? values() : Arrays.copyOf(values(), CUT_LEADER.ordinal());
        }
    }

    private final MemberProcess[] members = new MemberProcess[MemberMain.MEMBERS];
    private final SplittableRandom random;
    private final PrintWriter out;
    private final Path directory;
    private final Hosts hosts;
    private final Fault[] possible;
    private final Map<Fault, Integer> suffered = new EnumMap<>(Fault.class);
    private final String aeron;
    private final ClientDriver driver;
    private final Journal journal;
    private long calls;
    private long unknown;
    private long waits;

    ClusterSoak(long seed, Path directory, Hosts hosts, PrintWriter out) throws IOException {
        this.random = new SplittableRandom(seed);
        this.directory = directory;
        this.hosts = hosts;
        this.possible = Fault.all(hosts.network() != null);
        this.out = out;
        this.aeron = "/dev/shm/flagstone-soak-" + ProcessHandle.current().pid();
        this.driver =
                ClientDriver.launch(aeron + "-clients", hosts.clients(), 64 << 10, thrown -> {});
        this.journal = new Journal(directory);
        for (int i = 0; i < members.length; i++) {
            start(i, true);
        }
    }

    private void start(int id, boolean clean) throws IOException {
        members[id] = new MemberProcess(id, hosts, directory, aeron, clean, journal);
    }

    private ClusterCache connect() {
        return ClusterCache.connect(
                driver.client(hosts.endpoints()).requestTimeoutNs(TimeUnit.SECONDS.toNanos(20)));
    }

    @Override
    public void run(int number, long endNs) throws IOException, InterruptedException {
        final List<ClientThread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(
                    new ClientThread(
                            this::connect,
                            random.split(),
                            (long) number * KEYS,
                            KEYS,
                            (long) (number * CLIENTS + i) << 32));
        }
        // Clients give up after some time, but a busy machine may start the members slowly.
        leader();
        clients.forEach(Thread::start);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < FAULTS && (i == 0 || System.nanoTime() - endNs < 0); i++) {
            awaitCalls(clients);
            final Fault fault = possible[random.nextInt(possible.length)];
            text.append(i == 0 ? "" : ", ").append(fault);
            journal.add("schedule " + number + ": " + fault);
            apply(fault, clients);
            journal.add("its end");
            suffered.merge(fault, 1, Integer::sum);
        }
        awaitCalls(clients);
        for (final ClientThread client : clients) {
            client.end(GUARD_NS);
            calls += client.done();
            unknown += client.unknown();
        }
        compareMembers();
        ClientThread.checkCalls(clients, KEYS, number);
        out.printf("schedule %d: %s: linearizable%n", number, text);
        out.flush();
    }

    /** Waits until each client has made some calls, so that each fault meets calls under way. */
    private void awaitCalls(List<ClientThread> clients) {
        for (final ClientThread client : clients) {
            final long target = client.done() + CALLS_BETWEEN + random.nextInt(100);
            await("calls of a client", () -> client.done() >= target || client.failure() != null);
        }
    }

    private void apply(Fault fault, List<ClientThread> clients)
            throws IOException, InterruptedException {
        final int leader = leader();
        final int follower = (leader + 1 + random.nextInt(members.length - 1)) % members.length;
        switch (fault) {
            case KILL_LEADER -> {
                members[leader].kill();
                pause(random.nextInt(1_500));
                start(leader, false);
            }
            case PAUSE_LEADER -> pauseProcess(members[leader]);
            case PAUSE_FOLLOWER -> pauseProcess(members[follower]);
            case SNAPSHOT -> members[leader].snapshot();
            case KILL_AFTER_SNAPSHOT -> {
                compareMembers();
                final int victim = random.nextBoolean() ? leader : follower;
                members[victim].kill();
                start(victim, false);
            }
            case SLOW_LEADER_DISK -> slowDisk(leader, -1);
            case SLOW_FOLLOWER_DISK -> slowDisk(follower, -1);
            case KILL_LEADER_OF_SLOW_FOLLOWER -> slowDisk(follower, leader);
            case STALL_ALL_DISKS -> stallAllDisks(clients);
            case CUT_LEADER -> cut(leader, true, true);
            case CUT_FOLLOWER -> cut(follower, true, true);
            case MUTE_LEADER -> cut(leader, true, false);
            case MUTE_FOLLOWER -> cut(follower, true, false);
            case DEAF_LEADER -> cut(leader, false, true);
            case DEAF_FOLLOWER -> cut(follower, false, true);
            case CUT_ALL -> cutAll(clients);
        }
    }

    /** Makes a disk slow for each frame or stops it, and sometimes kills a member meanwhile. */
    private void slowDisk(int member, int victim) throws IOException, InterruptedException {
        journal.add("member " + member);
        final long before = members[member].waits();
        members[member].slowDisk(random.nextBoolean() ? 2 + random.nextInt(40) : STALL_MS);
        pause(300 + random.nextInt(2_000));
        if (victim >= 0) {
            members[victim].kill();
            pause(random.nextInt(1_500));
        }
        members[member].slowDisk(0);
        if (victim >= 0) {
            start(victim, false);
        }
        waits += members[member].waits() - before;
    }

    /** Stops all disks. Nothing can be recorded, so the cluster must acknowledge nothing. */
    private void stallAllDisks(List<ClientThread> clients) throws IOException {
        final long[] before = new long[members.length];
        for (final MemberProcess member : members) {
            before[member.id()] = member.waits();
            member.slowDisk(STALL_MS);
        }
        for (final MemberProcess member : members) {
            await(
                    "frame that waits for the disk",
                    () -> members[member.id()].waits() > before[member.id()]);
            waits++;
        }
        checkStandstill(clients, "without a disk");
        for (final MemberProcess member : members) {
            member.slowDisk(0);
        }
    }

    /** Cuts what a member sends, what it should receive, or both, for some time. */
    private void cut(int member, boolean isMute, boolean isDeaf) throws IOException {
        final boolean isPartial = random.nextInt(4) == 0;
        final int peer = (member + 1 + random.nextInt(members.length - 1)) % members.length;
        final int ends = members.length + (random.nextBoolean() ? 1 : 0);
        for (int other = 0; other < ends; other++) {
            if (other == member || isPartial && other != peer) {
                continue;
            }
            journal.add("member " + member + " and host " + other);
            if (isMute) {
                hosts.network().cut(member, other);
            }
            if (isDeaf) {
                hosts.network().cut(other, member);
            }
        }
        pause(300 + random.nextInt(3_200));
        hosts.network().mend();
    }

    /** Cuts all members from each other. None has a majority, so they must acknowledge nothing. */
    private void cutAll(List<ClientThread> clients) throws IOException {
        for (int from = 0; from < members.length; from++) {
            for (int to = 0; to < members.length; to++) {
                if (from != to) {
                    hosts.network().cut(from, to);
                }
            }
        }
        checkStandstill(clients, "without a network");
        hosts.network().mend();
    }

    /** Checks that at most the call under way ends, for some time. */
    private void checkStandstill(List<ClientThread> clients, String cause) {
        final long[] most = clients.stream().mapToLong(client -> client.done() + 1).toArray();
        pause(300 + random.nextInt(2_000));
        for (int i = 0; i < most.length; i++) {
            final long done = clients.get(i).done();
            check(done <= most[i], "a client got " + (done - most[i] + 1) + " results " + cause);
        }
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

    private static void pause(long ms) {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long left = endNs - System.nanoTime(); left > 0; left = endNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private int leader() {
        final int[] found = {-1};
        await(
                "a leader",
                () -> {
                    for (final MemberProcess member : members) {
                        if (member.isLeader()) {
                            found[0] = member.id();
                        }
                    }
                    return found[0] >= 0;
                });
        return found[0];
    }

    /** Takes a snapshot, and waits until all members have compared theirs with the leader's. */
    private void compareMembers() throws IOException {
        final long[] before = new long[members.length];
        for (final MemberProcess member : members) {
            before[member.id()] = member.compared();
        }
        final long[] askedNs = {0};
        await(
                "comparison of snapshots",
                () -> {
                    boolean all = true;
                    for (final MemberProcess member : members) {
                        check(member.divergence() == null, member.divergence());
                        all &= member.compared() > before[member.id()];
                    }
                    if (!all && System.nanoTime() - askedNs[0] > TimeUnit.SECONDS.toNanos(2)) {
                        askedNs[0] = System.nanoTime();
                        ask(members[leader()]);
                    }
                    return all;
                });
    }

    private static void ask(MemberProcess member) {
        try {
            member.snapshot();
        } catch (final IOException e) {
            throw new ClusterViolation("a member does not take commands: " + e);
        }
    }

    private void await(String name, BooleanSupplier condition) {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            for (final MemberProcess member : members) {
                check(member.isAlive(), "member " + member.id() + " has ended");
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

    @Override
    public void print(int schedules) {
        out.printf("schedules  %,d%n", schedules);
        out.printf(
                "faults     %,d%n", suffered.values().stream().mapToInt(Integer::intValue).sum());
        suffered.forEach((fault, times) -> out.printf("  %,6d x %s%n", times, fault));
        out.printf("frames     at least %,d waited for a slow disk%n", waits);
        out.printf("calls      %,d, of which %,d have no known outcome%n", calls, unknown);
        out.flush();
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(members);
        CloseHelper.quietCloseAll(driver, journal);
    }
}
