// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The child's end of a {@link LiveFork}: takes lines from the parent and sends lines to it. If the
 * parent closes its end, or dies, this JVM ends at once.
 *
 * <p>The standard output belongs to this. Other code that prints to {@code System.out} writes to
 * the standard error.
 */
public final class ParentLine {
    private final PrintStream toParent;
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private ParentLine(PrintStream toParent) {
        this.toParent = toParent;
    }

    /**
     * Takes over the standard input and output.
     *
     * @return the line to the parent. One thread at a time may use it.
     */
    public static ParentLine open() {
        final ParentLine line =
                new ParentLine(
                        new PrintStream(
                                new FileOutputStream(FileDescriptor.out),
                                false,
                                StandardCharsets.UTF_8));
        System.setOut(System.err);
        final Thread reader = new Thread(line::receiveAll, "parent-line");
        reader.setDaemon(true);
        reader.start();
        return line;
    }

    private void receiveAll() {
        try {
            final BufferedReader lines =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                received.add(line);
            }
        } catch (IOException lost) {
            // An input that cannot be read has lost its parent, too.
        }
        // Shutdown hooks could wait for threads that never end.
        Runtime.getRuntime().halt(0);
    }

    /**
     * Waits for a line.
     *
     * @return the line without its end.
     * @throws InterruptedException if interrupted while waiting.
     */
    public String take() throws InterruptedException {
        return received.take();
    }

    /**
     * Takes a line if one has come.
     *
     * @return the line without its end, or null.
     */
    public String poll() {
        return received.poll();
    }

    /**
     * Sends a line.
     *
     * @param line the line, without its end.
     */
    public void send(String line) {
        toParent.print(line + "\n");
        toParent.flush();
    }
}
