// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import io.flagstone.bench.fork.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.IoUtil;
import org.agrona.MutableDirectBuffer;

/**
 * Redis servers on the loopback interface, without persistence: a primary, whose client sends
 * commands without waiting for each reply, and replicas.
 */
final class RedisPrimary implements Source {
    private static final Path SERVER = Path.of("/usr/bin/redis-server");
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_UNANSWERED = 1_000;

    private final Path directory;
    private final List<Process> servers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final byte[] bytes = new byte[Probe.LENGTH];
    private RedisConnection connection;
    private int waiting;
    private int unanswered;

    /** Starts the servers. */
    RedisPrimary(int replicas) throws IOException {
        directory = Files.createTempDirectory("flagstone-redis");
        try {
            for (int i = 0; i <= replicas; i++) {
                start();
            }
            connection = new RedisConnection(ports.get(0));
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    /** Returns whether Redis is installed. */
    static boolean isInstalled() {
        return Files.isExecutable(SERVER);
    }

    private void start() throws IOException {
        final int port = FreePorts.range(1);
        final List<String> command =
                new ArrayList<>(
                        List.of(
                                SERVER.toString(),
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--appendonly",
                                "no",
                                "--repl-diskless-sync-delay",
                                "0",
                                "--dir",
                                directory.toString()));
        if (!ports.isEmpty()) {
            command.addAll(List.of("--replicaof", "127.0.0.1 " + ports.get(0)));
        }
        servers.add(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log-" + port).toFile())
                        .start());
        ports.add(port);
        final long deadline = System.nanoTime() + PATIENCE_NS;
        while (true) {
            try (RedisConnection attempt = new RedisConnection(port)) {
                attempt.info("server");
                return;
            } catch (IOException | NumberFormatException notYet) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("redis-server did not start", notYet);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    @Override
    public String address() {
        return String.join(
                " ", ports.stream().skip(1).map(port -> Integer.toString(port)).toList());
    }

    @Override
    public void put(long key, MutableDirectBuffer value) throws IOException {
        if (!connection.hasRoom(Probe.LENGTH) || waiting + unanswered >= MOST_UNANSWERED) {
            flush();
            while (unanswered > MOST_UNANSWERED / 2) {
                connection.takeOk();
                unanswered--;
            }
        }
        value.getBytes(0, bytes);
        connection.set(key, bytes);
        waiting++;
    }

    @Override
    public void flush() throws IOException {
        connection.send();
        unanswered += waiting;
        waiting = 0;
    }

    @Override
    public void close() throws IOException {
        if (connection != null) {
            connection.close();
        }
        servers.forEach(Process::destroyForcibly);
        for (final Process server : servers) {
            try {
                server.waitFor(1, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        IoUtil.delete(directory.toFile(), true);
    }
}
