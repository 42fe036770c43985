// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of a {@link CrashChild}, seen from its parent. */
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final OutputStream in;

    /**
     * Starts a child, which waits for its assignment.
     *
     * @param jvmFlags the JVM's flags.
     * @param log receives the child's output.
     */
    ChildProcess(List<String> jvmFlags, Path log) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.add("-XX:ErrorFile=" + log.resolveSibling("hs_err.log"));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(CrashChild.class.getName());
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        in = process.getOutputStream();
    }

    void give(Assignment assignment) throws IOException {
        in.write((assignment.line() + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits for the end of the process; returns its exit status, or -1 after the time. */
    int await(long timeoutNs) throws InterruptedException {
        return process.waitFor(timeoutNs, TimeUnit.NANOSECONDS) ? process.exitValue() : -1;
    }

    /** Asks the JVM to print its stacks to the log. */
    void printStacks() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();
        process.waitFor(2, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
