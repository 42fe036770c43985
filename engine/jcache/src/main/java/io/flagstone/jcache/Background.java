// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** The executor of loads and of asynchronous listeners if the configuration names none. */
final class Background {
    private Background() {}

    /**
     * Returns the common pool, or an executor that starts a thread for each task if the common pool
     * has at most one thread, as {@link java.util.concurrent.CompletableFuture} does. A pool whose
     * parallelism was set to 0 runs no task, and JDK 17 says that it has one thread.
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
