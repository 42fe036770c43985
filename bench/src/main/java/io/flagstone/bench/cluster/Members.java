// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.cluster;

import io.flagstone.bench.fork.FreePorts;
import io.flagstone.bench.fork.LiveFork;
import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterMemberContext;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;

/**
 * The processes of the members, with their directories, which are deleted at the end. One thread
 * uses it.
 */
final class Members implements Closeable {
    private static final List<String> FLAGS =
            List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long LEAST_SHARED_BYTES = 96L << 20;
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int CLIENT_TERM_BYTES = 1 << 20;

    private final LiveFork[] forks = new LiveFork[MemberNode.MEMBERS];
    private final long memoryBytes;
    private final int basePort;
    private final Path logs;
    private final Path drivers;
    private final boolean[] hasApplied = new boolean[MemberNode.MEMBERS];
    private final boolean[] isEqual = new boolean[MemberNode.MEMBERS];
    private final List<String> differences = new ArrayList<>();
    private int leader = -1;

    /**
     * Starts the members.
     *
     * @param memoryBytes the memory of each cache. A member has two.
     * @throws IOException if a process cannot be started.
     */
    Members(long memoryBytes) throws IOException {
        this.memoryBytes = memoryBytes;
        this.basePort = FreePorts.range(MemberNode.MEMBERS * ClusterMemberContext.PORTS);
        this.logs = Files.createTempDirectory("flagstone-cluster");
        this.drivers =
                Files.createTempDirectory(
                        isRoomy(SHARED_MEMORY) ? SHARED_MEMORY : logs, "flagstone-cluster");
        try {
            for (int id = 0; id < forks.length; id++) {
                start(id);
            }
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    private static boolean isRoomy(Path memory) throws IOException {
        return Files.isWritable(memory)
                && Files.getFileStore(memory).getUsableSpace() >= LEAST_SHARED_BYTES;
    }

    /** Starts a member, with the log and the snapshots that it has, if any. */
    void start(int id) throws IOException {
        hasApplied[id] = false;
        isEqual[id] = false;
        forks[id] = new LiveFork("member " + id, MemberNode.class, FLAGS);
        forks[id].send(
                MemberNode.begin(
                        id,
                        basePort,
                        memoryBytes,
                        logs.resolve("member-" + id).toString(),
                        drivers.resolve("member-" + id).toString()));
    }

    /** Sends SIGKILL to a member, and waits for its end. */
    void kill(int id) throws IOException, InterruptedException {
        if (leader == id) {
            leader = -1;
        }
        try (LiveFork killed = forks[id]) {
            forks[id] = null;
            killed.kill();
        }
    }

    /** Returns where clients connect to. */
    String ingressEndpoints() {
        return MemberNode.members(basePort).ingressEndpoints();
    }

    /** Starts a media driver for clients next to those of the members. */
    ClientDriver launchClientDriver() {
        // A client connects again; what it fails at meanwhile is no news.
        return ClientDriver.launch(
                drivers.resolve("client").toString(),
                "127.0.0.1",
                CLIENT_TERM_BYTES,
                failure -> {});
    }

    /** Returns the member that leads, or -1 if none does. */
    int leader() throws IOException, InterruptedException {
        take();
        return leader;
    }

    /** Returns what members found when they compared snapshots. */
    List<String> differences() {
        return differences;
    }

    /** Waits until a member has applied a position of the log. */
    void awaitApplied(int id, long position) throws IOException, InterruptedException {
        hasApplied[id] = false;
        forks[id].send(MemberNode.AWAIT + position);
        final long deadlineNs = System.nanoTime() + STEP_NS;
        while (!hasApplied[id]) {
            await(id, deadlineNs, "position " + position);
        }
    }

    /**
     * Takes a snapshot, and waits until every member has compared its digest with the leader's.
     *
     * @return the number of members that are equal to the leader.
     */
    int compare() throws IOException, InterruptedException {
        take();
        for (int id = 0; id < forks.length; id++) {
            isEqual[id] = false;
        }
        forks[leader].send(MemberNode.SNAPSHOT);
        final long deadlineNs = System.nanoTime() + STEP_NS;
        int equal = 0;
        for (int id = 0; id < forks.length; id++) {
            while (!isEqual[id] && differences.isEmpty()) {
                await(id, deadlineNs, "the comparison of a snapshot");
            }
            equal += isEqual[id] ? 1 : 0;
        }
        return equal;
    }

    private void await(int id, long deadlineNs, String awaited)
            throws IOException, InterruptedException {
        take(id, forks[id].receive(deadlineNs, awaited));
    }

    private void take() throws IOException, InterruptedException {
        for (int id = 0; id < forks.length; id++) {
            while (forks[id] != null && forks[id].hasLine()) {
                await(id, System.nanoTime() + STEP_NS, "a line");
            }
        }
    }

    private void take(int id, String line) {
        if (line.equals(MemberNode.LEADER)) {
            leader = id;
        } else if (line.equals(MemberNode.APPLIED)) {
            hasApplied[id] = true;
        } else if (line.equals(MemberNode.EQUAL)) {
            isEqual[id] = true;
        } else if (line.startsWith(MemberNode.DIFFERENT)) {
            differences.add(line.substring(MemberNode.DIFFERENT.length()));
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(forks);
        IoUtil.delete(drivers.toFile(), true);
        IoUtil.delete(logs.toFile(), true);
    }
}
