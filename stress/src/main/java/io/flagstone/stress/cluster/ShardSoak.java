// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ShardMover;
import io.flagstone.cluster.ShardedCache;
import io.flagstone.cluster.SlotMap;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;

/**
 * Runs schedules of faults on shards: slots move all the time, shards are removed and added again,
 * and movers and members suffer faults. One of the shards is a cluster of three members, the others
 * have one.
 */
final class ShardSoak implements Soak {
    private static final int KEYS = 6;
    private static final int FAULTS = 4;
    private static final long CALLS_BETWEEN = 120;
    private static final int MAX_ATTEMPTS = 10;
    private static final long FROZEN_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);

    private final SplittableRandom random;
    private final PrintWriter out;
    private final Path directory;
    private final Network network;
    private final Clusters shards;
    private long calls;
    private long unknown;
    private int commands;
    private int killed;
    private long version;

    ShardSoak(int count, long seed, Path directory, Network network, int firstPort, PrintWriter out)
            throws IOException {
        this.random = new SplittableRandom(seed);
        this.directory = directory;
        this.network = network;
        this.out = out;
        final int[] sizes = new int[count];
        Arrays.fill(sizes, 1);
        sizes[random.nextInt(count)] = MemberMain.MEMBERS;
        this.shards = new Clusters(sizes, network, firstPort, random, directory);
    }

    private SlotMap map() {
        try (ShardMover reader = ShardMover.connect(shards.endpoints(0), shards::client)) {
            return reader.map();
        }
    }

    /** Returns the number of hosts that the network needs, without that of the clients. */
    static int hosts(int count) {
        return count - 1 + MemberMain.MEMBERS + 1;
    }

    private String moverDirectory() {
        return shards.aeron() + "-mover";
    }

    private Process mover(String... command) throws IOException {
        final int host = network == null ? 0 : network.hosts() - 2;
        final List<String> arguments = new ArrayList<>();
        arguments.add(moverDirectory());
        arguments.add(network == null ? Hosts.LOOPBACK : Network.address(host));
        arguments.add(shards.endpoints(0));
        arguments.addAll(List.of(command));
        final List<String> line = new ArrayList<>(network == null ? List.of() : network.on(host));
        line.addAll(MemberProcess.command(MoverMain.class, arguments.toArray(new String[0])));
        return new ProcessBuilder(line)
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
        IoUtil.delete(new File(moverDirectory()), true);
    }

    @Override
    public void run(int number, long endNs) throws IOException, InterruptedException {
        final Clients clients =
                new Clients(
                        () -> ShardedCache.connect(shards.endpoints(0), shards::client),
                        random,
                        number,
                        KEYS);
        for (int shard = 0; shard < shards.count(); shard++) {
            shards.leader(shard);
        }
        clients.start();
        awaitCalls(clients);
        for (int shard = 1; shard < shards.count(); shard++) {
            if (map().shardAt(shards.endpoints(shard)) < 0) {
                moveToTheEnd("add", shards.endpoints(shard));
            }
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < FAULTS && (i == 0 || System.nanoTime() - endNs < 0); i++) {
            text.append(i == 0 ? "" : ", ");
            shards.journal().add("schedule " + number);
            change(clients, text);
            awaitCalls(clients);
        }
        moveToTheEnd("resume");
        final SlotMap map = map();
        if (map.move() != null) {
            throw new ClusterViolation("a move has not ended: " + map.move());
        }
        version = map.version();
        clients.end();
        calls += clients.done();
        unknown += clients.unknown();
        for (int shard = 0; shard < shards.count(); shard++) {
            shards.compareMembers(shard);
        }
        clients.check();
        out.printf("schedule %d: %s: linearizable%n", number, text);
        out.flush();
    }

    /** Begins to move slots or to remove a shard, and applies a fault meanwhile. */
    private void change(Clients clients, StringBuilder text)
            throws IOException, InterruptedException {
        final int victim = random.nextInt(shards.count());
        final Fault fault = shards.draw(victim);
        final boolean kills = fault != Fault.CUT_MOVER && random.nextInt(3) == 0;
        final String[] command = random.nextInt(4) == 0 ? removal() : move();
        text.append(command[0]).append(kills ? " KILL_MOVER " : " ").append(fault);
        shards.journal().add(String.join(" ", command) + (kills ? ", the mover is killed" : ""));
        final Process process = mover(command);
        commands++;
        try {
            // The process needs about a second to start and connect.
            Clusters.pause(800 + random.nextInt(1_500));
            if (kills) {
                kill(process);
                killed++;
            }
            shards.suffer(fault, victim, clients);
            process.waitFor(random.nextInt(4_000), TimeUnit.MILLISECONDS);
        } finally {
            kill(process);
        }
    }

    private String[] removal() {
        return new String[] {"remove", shards.endpoints(1 + random.nextInt(shards.count() - 1))};
    }

    private String[] move() {
        final int first = random.nextInt(SlotMap.SLOTS);
        return new String[] {
            "move",
            Integer.toString(first),
            Integer.toString(first + random.nextInt(SlotMap.SLOTS - first)),
            Integer.toString(random.nextInt(shards.count()))
        };
    }

    /** Waits until some client has made calls; the others may wait for slots that are frozen. */
    private void awaitCalls(Clients clients) {
        final long target = clients.done() + CALLS_BETWEEN;
        final long startNs = System.nanoTime();
        final boolean[] resumed = {false};
        shards.await(
                "calls of clients",
                () -> {
                    if (!resumed[0] && System.nanoTime() - startNs > FROZEN_NS) {
                        // All clients may wait for the slots of a mover that was killed.
                        resumed[0] = true;
                        resume();
                    }
                    return clients.done() >= target || clients.hasFailed();
                });
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
        out.printf("movers     %,d, of which %,d were killed%n", commands, killed);
        out.printf("map        %,d versions%n", version);
        shards.print(out);
        out.printf("calls      %,d, of which %,d have no known outcome%n", calls, unknown);
        out.flush();
    }

    @Override
    public void close() {
        CloseHelper.quietClose(shards);
        IoUtil.delete(new File(moverDirectory()), true);
    }
}
