// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Access to files in a thread of its own. An interrupt of a thread closes the channel that the
 * thread is using, and a cache is often closed by a thread that has been interrupted. So the caller
 * waits for another thread, which nobody interrupts. The caller stays interrupted.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /** Access to files. */
    @FunctionalInterface
    public interface Access<T> {
        /** Does the work. */
        T run() throws IOException;
    }

    /**
     * Does the work and waits for it.
     *
     * @return the result.
     * @throws IOException if the work has.
     */
    public static <T> T run(Access<T> access) throws IOException {
        final FutureTask<T> task = new FutureTask<>(access::run);
        final Thread thread = new Thread(null, task, "flagstone-files", 0, false);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (final ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException rethrown(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        } else if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        return (IOException) failure;
    }
}
