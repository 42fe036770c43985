// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);

    /** A fault that the members suffer. */
    private enum Fault {
        KILL_LEADER,
        PAUSE_LEADER,
        PAUSE_FOLLOWER,
        SNAPSHOT,
        KILL_AFTER_SNAPSHOT
    }

    private final MemberProcess[] members = new MemberProcess[MemberMain.MEMBERS];
    private final SplittableRandom random;
    private final PrintWriter out;
    private final Path directory;
    private final int basePort;
    private final String aeron;
    private final ClientDriver driver;
    private long calls;
    private long unknown;
    private int faults;

    ClusterSoak(long seed, Path directory, int basePort, PrintWriter out) throws IOException {
        this.random = new SplittableRandom(seed);
        this.directory = directory;
        this.basePort = basePort;
        this.out = out;
        this.aeron = "/dev/shm/flagstone-soak-" + ProcessHandle.current().pid();
        this.driver = ClientDriver.launch(aeron + "-clients", "127.0.0.1", 64 << 10, thrown -> {});
        for (int i = 0; i < members.length; i++) {
            start(i, true);
        }
    }

    private void start(int id, boolean clean) throws IOException {
        members[id] = new MemberProcess(id, members.length, basePort, directory, aeron, clean);
    }

    private ClusterCache connect() {
        return ClusterCache.connect(
                driver.client(MemberMain.context(basePort, members.length).ingressEndpoints())
                        .requestTimeoutNs(TimeUnit.SECONDS.toNanos(20)));
    }

    @Override
    public void run(int number) throws IOException, InterruptedException {
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
        clients.forEach(Thread::start);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < FAULTS; i++) {
            awaitCalls(clients);
            final Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            text.append(i == 0 ? "" : ", ").append(fault);
            apply(fault);
            faults++;
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

    private void apply(Fault fault) throws IOException, InterruptedException {
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
        out.printf("faults     %,d%n", faults);
        out.printf("calls      %,d, of which %,d have no known outcome%n", calls, unknown);
        out.flush();
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(members);
        CloseHelper.quietClose(driver);
    }
}
