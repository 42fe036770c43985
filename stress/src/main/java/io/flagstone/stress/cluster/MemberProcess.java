// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;

/** The process of a member, seen from its parent. */
final class MemberProcess implements AutoCloseable {
    private static final int HEAP_MIB = 128;

    private final int id;
    private final Path directory;
    private final String aeron;
    private final Journal journal;
    private final Process process;
    private final OutputStream in;
    private volatile boolean leader;
    private volatile long compared;
    private volatile long waits;
    private volatile String divergence;

    /**
     * Starts a member. The one before it, if any, must have ended.
     *
     * @param id its number in the cluster, whose ports are its own.
     * @param hosts where the members are.
     * @param journal records what it says.
     */
    MemberProcess(int id, Hosts hosts, Path root, String aeron, boolean clean, Journal journal)
            throws IOException {
        this.journal = journal;
        this.id = id;
        this.directory = root.resolve("member-" + id);
        this.aeron = aeron + '-' + id;
        Files.createDirectories(directory);
        final List<String> command = new ArrayList<>(hosts.on(id));
        command.addAll(
                command(
                        SlowDisk.flags(),
                        HEAP_MIB,
                        MemberMain.class,
                        Integer.toString(id),
                        Integer.toString(hosts.basePort()),
                        directory.toString(),
                        this.aeron,
                        Boolean.toString(clean),
                        String.join(",", hosts.names())));
        process =
                new ProcessBuilder(command)
                        .redirectError(
                                ProcessBuilder.Redirect.appendTo(
                                        root.resolve("member-" + id + ".log").toFile()))
                        .start();
        in = process.getOutputStream();
        final Thread reader = new Thread(this::read, "member-" + id);
        reader.setDaemon(true);
        reader.start();
    }

    /** Returns the command line of a small JVM with the classes of this one. */
    static List<String> command(Class<?> main, String... arguments) {
        return command(List.of(), HEAP_MIB, main, arguments);
    }

    /** Returns the same with more flags and another heap. */
    static List<String> command(
            List<String> flags, int heapMib, Class<?> main, String... arguments) {
        final List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-opens",
                                "java.base/jdk.internal.misc=ALL-UNNAMED",
                                "-Xmx" + heapMib + "m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path")));
        command.addAll(flags);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith(MemberMain.WAITED)) {
                    journal.add(
                            directory.getParent().getFileName()
                                    + "/"
                                    + directory.getFileName()
                                    + ": "
                                    + line);
                }
                if (line.startsWith("diverged")) {
                    divergence = line;
                } else if (line.startsWith("compared ")) {
                    compared = Long.parseLong(line.substring("compared ".length()));
                } else if (line.startsWith(MemberMain.WAITED)) {
                    waits = Long.parseLong(line.substring(MemberMain.WAITED.length()));
                } else if (line.equals("leader") || line.equals("follower")) {
                    leader = line.equals("leader");
                }
            }
        } catch (final IOException e) {
            // The process was killed.
            leader = false;
        }
        leader = false;
    }

    int id() {
        return id;
    }

    boolean isLeader() {
        return leader && process.isAlive();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns how many snapshots the member has compared since it started. */
    long compared() {
        return compared;
    }

    /** Returns how the member differs from the leader, or null. */
    String divergence() {
        return divergence;
    }

    /** Returns how many frames of the log and of snapshots have waited for a slow disk. */
    long waits() {
        return waits;
    }

    /** Asks for a snapshot, if this is the leader. */
    void snapshot() throws IOException {
        ask("snapshot");
    }

    /** Lets each frame wait before it is recorded; 0 for a disk without faults. */
    void slowDisk(long ms) throws IOException {
        ask(MemberMain.DISK + ms);
    }

    private void ask(String line) throws IOException {
        in.write((line + '\n').getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** Stops all threads of the process, or lets them go on. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        IoUtil.delete(new File(aeron), true);
    }
}
