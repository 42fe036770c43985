// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts the thread that made it if the process is ended by a signal, and holds the end up
 * until that thread has closed this, for some seconds at most.
 */
final class EndOfProcess {
    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;

    EndOfProcess() {
        final Thread worker = Thread.currentThread();
        hook = new Thread(() -> end(worker), "end-of-process");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void end(Thread worker) {
        worker.interrupt();
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the process end. */
    void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // The hook runs.
        }
    }
}
