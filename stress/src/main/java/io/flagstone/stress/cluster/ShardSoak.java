// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ShardedCache;
import java.io.File;
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
import org.agrona.IoUtil;

/**
 * Runs schedules of faults on shards, each a cluster of one member: slots move all the time, and
 * movers, sources and targets are killed.
 */
final class ShardSoak implements Soak {
    private static final int CLIENTS = 3;
    private static final int KEYS = 6;
    private static final int FAULTS = 4;
    private static final long CALLS_BETWEEN = 40;
    private static final int SLOTS = 16_384;
    private static final int PORTS = 10;
    private static final int MAX_ATTEMPTS = 10;
    private static final long FROZEN_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);

    /** A fault during a move. */
    private enum Fault {
        KILL_MOVER,
        KILL_SHARD,
        KILL_BOTH,
        PAUSE_SHARD,
        SNAPSHOT,
        NONE
    }

    private final MemberProcess[] shards;
    private final SplittableRandom random;
    private final PrintWriter out;
    private final Path directory;
    private final int basePort;
    private final String aeron;
    private final ClientDriver driver;
    private final Journal journal;
    private long calls;
    private long unknown;
    private int moves;
    private int resumed;

    ShardSoak(int count, long seed, Path directory, int basePort, PrintWriter out)
            throws IOException {
        this.shards = new MemberProcess[count];
        this.random = new SplittableRandom(seed);
        this.directory = directory;
        this.basePort = basePort;
        this.out = out;
        this.aeron = "/dev/shm/flagstone-soak-" + ProcessHandle.current().pid();
        this.driver = ClientDriver.launch(aeron + "-clients", "127.0.0.1", 64 << 10, thrown -> {});
        this.journal = new Journal(directory);
        for (int i = 0; i < count; i++) {
            start(i, true);
        }
    }

    private void start(int shard, boolean clean) throws IOException {
        shards[shard] =
                new MemberProcess(
                        0,
                        hosts(shard),
                        directory.resolve("shard-" + shard),
                        aeron + "-shard-" + shard,
                        clean,
                        journal);
    }

    private Hosts hosts(int shard) {
        return Hosts.loopback(1, basePort + PORTS * shard);
    }

    private String endpoints(int shard) {
        return hosts(shard).endpoints();
    }

    private ShardedCache connect() {
        return ShardedCache.connect(
                endpoints(0),
                endpoints ->
                        driver.client(endpoints).requestTimeoutNs(TimeUnit.SECONDS.toNanos(20)));
    }

    private Process mover(String... command) throws IOException {
        final List<String> arguments = new ArrayList<>(List.of(aeron + "-mover", endpoints(0)));
        arguments.addAll(List.of(command));
        return new ProcessBuilder(
                        MemberProcess.command(MoverMain.class, arguments.toArray(new String[0])))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(directory.resolve("mover.log").toFile()))
                .start();
    }

    /** Runs movers until one succeeds. */
    private void moveToTheEnd(String... command) throws IOException, InterruptedException {
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            final Process process = mover(command);
            try {
                if (process.waitFor(GUARD_NS, TimeUnit.NANOSECONDS) && process.exitValue() == 0) {
                    return;
                }
            } finally {
                kill(process);
            }
        }
        throw new ClusterViolation("a move does not end: " + String.join(" ", command));
    }

    private void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        IoUtil.delete(new File(aeron + "-mover"), true);
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
        clients.forEach(Thread::start);
        awaitCalls(clients);
        if (number == 0) {
            for (int i = 1; i < shards.length; i++) {
                moveToTheEnd("add", endpoints(i));
            }
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < FAULTS && (i == 0 || System.nanoTime() - endNs < 0); i++) {
            final Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            text.append(i == 0 ? "" : ", ").append(fault);
            journal.add("schedule " + number + ": " + fault);
            move(fault);
            awaitCalls(clients);
        }
        moveToTheEnd("resume");
        for (final ClientThread client : clients) {
            client.end(GUARD_NS);
            calls += client.done();
            unknown += client.unknown();
        }
        ClientThread.checkCalls(clients, KEYS, number);
        out.printf("schedule %d: %s: linearizable%n", number, text);
        out.flush();
    }

    /** Begins a move and applies a fault while it is under way. */
    private void move(Fault fault) throws IOException, InterruptedException {
        final int first = random.nextInt(SLOTS);
        final Process process =
                mover(
                        "move",
                        Integer.toString(first),
                        Integer.toString(first + random.nextInt(SLOTS - first)),
                        Integer.toString(random.nextInt(shards.length)));
        moves++;
        try {
            // The process needs about a second to start and connect.
            pause(800 + random.nextInt(1_500));
            final int victim = random.nextInt(shards.length);
            if (fault == Fault.KILL_MOVER || fault == Fault.KILL_BOTH) {
                kill(process);
                resumed++;
            }
            switch (fault) {
                case KILL_SHARD, KILL_BOTH -> {
                    shards[victim].kill();
                    start(victim, false);
                }
                case PAUSE_SHARD -> {
                    shards[victim].signal("STOP");
                    try {
                        pause(500 + random.nextInt(1_000));
                    } finally {
                        shards[victim].signal("CONT");
                    }
                }
                case SNAPSHOT -> shards[victim].snapshot();
                default -> {
                    // The mover alone, or nobody.
                }
            }
            process.waitFor(random.nextInt(4_000), TimeUnit.MILLISECONDS);
        } finally {
            kill(process);
        }
    }

    private static void pause(long ms) {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long left = endNs - System.nanoTime(); left > 0; left = endNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Waits until some client has made calls; the others may wait for slots that are frozen. */
    private void awaitCalls(List<ClientThread> clients) {
        final long target =
                clients.stream().mapToLong(ClientThread::done).sum() + CLIENTS * CALLS_BETWEEN;
        final BooleanSupplier done =
                () ->
                        clients.stream().mapToLong(ClientThread::done).sum() >= target
                                || clients.stream().anyMatch(client -> client.failure() != null);
        final long startNs = System.nanoTime();
        boolean resumedHere = false;
        while (!done.getAsBoolean()) {
            final long waitedNs = System.nanoTime() - startNs;
            if (!resumedHere && waitedNs > FROZEN_NS) {
                // All clients may wait for the slots of the mover that was killed.
                resumedHere = true;
                resume();
            }
            if (waitedNs > GUARD_NS) {
                throw new ClusterViolation("no calls of clients within a minute");
            }
            for (int i = 0; i < shards.length; i++) {
                if (!shards[i].isAlive()) {
                    throw new ClusterViolation("shard " + i + " has ended");
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private void resume() {
        try {
            moveToTheEnd("resume");
        } catch (final IOException e) {
            throw new ClusterViolation("a mover does not start: " + e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterViolation("interrupted");
        }
    }

    @Override
    public void print(int schedules) {
        out.printf("schedules  %,d%n", schedules);
        out.printf("moves      %,d, of which %,d were killed%n", moves, resumed);
        out.printf("calls      %,d, of which %,d have no known outcome%n", calls, unknown);
        out.flush();
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(shards);
        CloseHelper.quietCloseAll(driver, journal);
        IoUtil.delete(new File(aeron + "-mover"), true);
    }
}
