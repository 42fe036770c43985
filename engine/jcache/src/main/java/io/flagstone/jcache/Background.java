// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** The default executor of loads and of asynchronous listeners. */
final class Background {
    private Background() {}

    /**
     * Returns the common pool. If that has at most one thread, returns an executor that starts a
     * thread for each task, as {@link java.util.concurrent.CompletableFuture} does. A common pool
     * whose parallelism was set to 0 runs no task, but JDK 17 reports a parallelism of 1.
     */
    static Executor byDefault() {
        return of(ForkJoinPool.getCommonPoolParallelism());
    }

    static Executor of(int parallelism) {
        return parallelism > 1 ? ForkJoinPool.commonPool() : Background::start;
    }

    private static void start(Runnable task) {
        final Thread thread = new Thread(task, "flagstone-jcache");
        thread.setDaemon(true);
        thread.start();
    }
}
