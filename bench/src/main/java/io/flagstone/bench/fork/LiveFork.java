// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A fresh JVM to which this process talks while it runs, in lines of text. Its main class uses
 * {@link ParentLine} for the other end. It ends when this process ends, in whatever way, because
 * the system then closes its standard input.
 *
 * <p>The JVM is the one that runs this code, with the same class path. Its standard error goes to a
 * log, which is part of the message if the JVM fails.
 *
 * <p>One thread at a time may use this.
 */
public final class LiveFork implements Closeable {
    private static final long PATIENCE_TO_END_MS = 5_000;

    private final String name;
    private final Path log;
    private final Process process;
    private final BufferedWriter toChild;
    private final BlockingQueue<Optional<String>> received = new LinkedBlockingQueue<>();

    /**
     * Starts a JVM.
     *
     * @param name a name for messages.
     * @param mainClass the main class, which gets no arguments.
     * @param flags more JVM flags, such as {@code -Xmx64m}.
     * @throws IOException if the JVM cannot be started.
     */
    public LiveFork(String name, Class<?> mainClass, List<String> flags) throws IOException {
        this.name = name;
        this.log = Files.createTempFile("flagstone-fork", ".log");
        this.process =
                new ProcessBuilder(Fork.command(flags, mainClass))
                        .redirectError(log.toFile())
                        .start();
        this.toChild = process.outputWriter(StandardCharsets.UTF_8);
        final Thread reader = new Thread(this::receiveAll, name + "-lines");
        reader.setDaemon(true);
        reader.start();
    }

    private void receiveAll() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                received.add(Optional.of(line));
            }
        } catch (IOException closed) {
            // The JVM has ended.
        }
        received.add(Optional.empty());
    }

    /**
     * Sends a line.
     *
     * @param line the line, without its end.
     * @throws ForkFailedException if the JVM has ended, with its log.
     * @throws IOException if the log cannot be read.
     */
    public void send(String line) throws IOException {
        try {
            toChild.write(line);
            toChild.newLine();
            toChild.flush();
        } catch (IOException ended) {
            throw failure("took no message");
        }
    }

    /**
     * Waits for the next line.
     *
     * @param deadlineNs the time of {@code System.nanoTime} at which the JVM is killed.
     * @param awaited what is awaited, for the message.
     * @return the line.
     * @throws ForkFailedException if the JVM has ended or the time is over, with its log.
     * @throws IOException if the log cannot be read.
     * @throws InterruptedException if interrupted while waiting.
     */
    public String receive(long deadlineNs, String awaited)
            throws IOException, InterruptedException {
        final Optional<String> line =
                received.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null) {
            throw failure("was too slow: waited for " + awaited);
        }
        return line.orElseThrow(() -> failure("ended: waited for " + awaited));
    }

    /**
     * Returns whether a line has come, or the JVM has ended, so that {@link #receive} need not
     * wait.
     *
     * @return false if it would wait.
     */
    public boolean hasLine() {
        return !received.isEmpty();
    }

    private ForkFailedException failure(String what) {
        int status = -1;
        String output;
        try {
            status = killAndWait();
            output = Files.readString(log);
        } catch (IOException unreadable) {
            output = "no log: " + unreadable.getMessage();
        }
        final String reason = Fork.reason(output, status);
        return new ForkFailedException(
                name + " " + what + " (" + reason + ")" + indented(output), output);
    }

    private static String indented(String output) {
        return output.isBlank() ? "" : "; its log:\n  " + output.strip().replace("\n", "\n  ");
    }

    /**
     * Kills the JVM as the system would: with SIGKILL, so that it does nothing more.
     *
     * @return the lines that it had sent and nobody had received, once it is gone.
     * @throws InterruptedException if interrupted while waiting for the lines.
     */
    public List<String> kill() throws InterruptedException {
        killAndWait();
        final List<String> last = new ArrayList<>();
        for (Optional<String> line = received.take(); line.isPresent(); line = received.take()) {
            last.add(line.get());
        }
        return last;
    }

    private int killAndWait() {
        process.destroyForcibly();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the JVM by closing its standard input, or kills it, and deletes its log. */
    @Override
    public void close() throws IOException {
        try {
            toChild.close();
        } catch (IOException ended) {
            // It needs no end any more.
        }
        try {
            process.waitFor(PATIENCE_TO_END_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        killAndWait();
        Files.deleteIfExists(log);
    }
}
