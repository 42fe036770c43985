// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import io.flagstone.bench.fork.FreePorts;
import io.flagstone.bench.fork.LiveFork;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;

/**
 * The processes of the members of a system, with their directories, which are deleted at the end.
 * One thread uses it.
 */
final class MemberGroup implements Closeable {
    private static final List<String> FLAGS =
            List.of(
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-Djava.net.preferIPv4Stack=true",
                    "-Djgroups.bind_addr=127.0.0.1");
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final long LEAST_SHARED_BYTES = 256L << 20;
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(120);

    private final LiveFork[] forks = new LiveFork[Place.MEMBERS];
    private final boolean[] hasApplied = new boolean[Place.MEMBERS];
    private final String[] digests = new String[Place.MEMBERS];
    private final AgreementSystem system;
    private final Path directory;
    private final Path memory;
    private final Place place;
    private int leader = -1;

    /**
     * Starts the members.
     *
     * @param system the system.
     * @param window the most requests that a client has under way.
     * @param sync whether a member writes its log to the device before it acknowledges an entry.
     * @throws IOException if a process cannot be started.
     */
    MemberGroup(AgreementSystem system, int window, boolean sync) throws IOException {
        this.system = system;
        this.directory = Files.createTempDirectory("flagstone-agreement");
        this.memory =
                Files.createTempDirectory(
                        isRoomy(SHARED_MEMORY) ? SHARED_MEMORY : directory, "flagstone-agreement");
        try {
            this.place =
                    new Place(
                            FreePorts.range(Place.MEMBERS * Place.PORTS),
                            directory.toString(),
                            memory.toString(),
                            window,
                            sync);
            for (int id = 0; id < forks.length; id++) {
                start(id);
            }
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    private static boolean isRoomy(Path path) throws IOException {
        return Files.isWritable(path)
                && Files.getFileStore(path).getUsableSpace() >= LEAST_SHARED_BYTES;
    }

    /** Returns where the members are. */
    Place place() {
        return place;
    }

    /** Starts a member, with the log that it has, if any. */
    void start(int id) throws IOException {
        hasApplied[id] = false;
        forks[id] = new LiveFork(system.title() + " " + id, MemberProcess.class, FLAGS);
        forks[id].send(MemberProcess.begin(system, id, place));
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

    /** Waits until a member leads, and returns it. */
    int awaitLeader() throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + STEP_NS;
        while (true) {
            look();
            if (leader >= 0) {
                return leader;
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("no member became the leader within two minutes");
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /** Asks a member to tell when its marker has a number. */
    void askApplied(int id, long number) throws IOException {
        hasApplied[id] = false;
        forks[id].send(MemberProcess.AWAIT + number);
    }

    /** Returns whether a member has told what it was asked for. */
    boolean hasApplied(int id) throws IOException, InterruptedException {
        look();
        return hasApplied[id];
    }

    /** Waits until a member's marker has a number, and returns the digest of its values. */
    long digest(int id, long number) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + STEP_NS;
        askApplied(id, number);
        while (!hasApplied[id]) {
            take(id, forks[id].receive(deadlineNs, "the marker " + number));
        }
        digests[id] = null;
        forks[id].send(MemberProcess.DIGEST);
        while (digests[id] == null) {
            take(id, forks[id].receive(deadlineNs, "a digest"));
        }
        return Long.parseLong(digests[id]);
    }

    private void look() throws IOException, InterruptedException {
        for (int id = 0; id < forks.length; id++) {
            while (forks[id] != null && forks[id].hasLine()) {
                take(id, forks[id].receive(System.nanoTime() + STEP_NS, "a line"));
            }
        }
    }

    private void take(int id, String line) {
        if (line.equals(MemberProcess.LEADER)) {
            leader = id;
        } else if (line.equals(MemberProcess.APPLIED)) {
            hasApplied[id] = true;
        } else if (line.startsWith(MemberProcess.IS_DIGEST)) {
            digests[id] = line.substring(MemberProcess.IS_DIGEST.length());
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(forks);
        IoUtil.delete(memory.toFile(), true);
        IoUtil.delete(directory.toFile(), true);
    }
}
