// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Draws frames over each other on a terminal. The screen is not cleared between frames, so nothing
 * flickers. After each frame the cursor is below it, where it stays when the process is
 * interrupted.
 *
 * <p>Thread-safe.
 */
public final class Frames implements AutoCloseable {
    private static final String HOME = "\033[H";
    private static final String ERASE_TO_END_OF_LINE = "\033[K";
    private static final String ERASE_BELOW = "\033[J";

    /** A terminal that is stopped with Ctrl-S must not keep the process from ending. */
    private static final long PATIENCE_MS = 200;

    private final PrintWriter out;
    private final ReentrantLock lock = new ReentrantLock();

    /** Ends the line on which the terminal echoed Ctrl-C. */
    private final Thread hook = new Thread(this::end, "frames-end");

    private boolean ended;

    /**
     * Creates the frames of a terminal.
     *
     * @param out the terminal.
     */
    public Frames(PrintWriter out) {
        this.out = out;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Draws a frame with one write. Does nothing if the process is ending.
     *
     * @param lines the lines, fewer than the terminal has.
     * @param columns the width of the terminal.
     */
    public void draw(List<String> lines, int columns) {
        final String frame = render(lines, columns);
        lock.lock();
        try {
            if (!ended) {
                out.print(frame);
                out.flush();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the text and the control sequences of a frame. */
    static String render(List<String> lines, int columns) {
        final StringBuilder frame = new StringBuilder(HOME);
        for (final String line : lines) {
            frame.append(line);
            // Behind a full line the cursor is still on its last character.
            if (line.length() < columns) {
                frame.append(ERASE_TO_END_OF_LINE);
            }
            frame.append("\r\n");
        }
        return frame.append(ERASE_BELOW).toString();
    }

    private void end() {
        try {
            if (lock.tryLock(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                try {
                    ended = true;
                    out.println();
                    out.flush();
                } finally {
                    lock.unlock();
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Leaves the last frame as it is. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The process is ending, and the hook runs.
        }
    }
}
