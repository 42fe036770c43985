// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Work in numbered parts that the calling thread shares with helper threads, one for each other
 * processor. Each thread claims the next part that no other has claimed.
 *
 * <p>The helpers belong to one call and end with it; the JVM's common pool may have no free
 * threads. The caller may be inside a static initializer, and a helper that touched the class being
 * initialized would deadlock with the caller. So the parts run only code of the engine, and only
 * the caller reports progress.
 *
 * <p>After the first failure no further part is begun.
 */
public final class SharedWork {
    private final Part part;
    private final int count;
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Has a permit for each part that a helper has done or failed to do. */
    private final Semaphore ended = new Semaphore(0);

    private SharedWork(Part part, int count) {
        this.part = part;
        this.count = count;
    }

    /** A part of the work. */
    @FunctionalInterface
    public interface Part {
        /**
         * Does the part. Several threads call this at the same time with different numbers.
         *
         * @param number from 0.
         * @throws Exception if the work has failed.
         */
        void run(int number) throws Exception;
    }

    /** Receives the progress. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Learns of a part that is done. Only the calling thread calls this.
         *
         * @param done the number of parts done so far.
         */
        void done(int done);
    }

    /**
     * Does the work, with helper threads.
     *
     * @param count the number of parts.
     * @param part the work.
     * @param progress called after each part; its exceptions end the work and reach the caller.
     * @return the first failure of a part, or {@code null} if all are done.
     */
    public static Throwable run(int count, Part part, Progress progress) {
        return run(count, part, progress, SharedWork::helper);
    }

    /** Does the same with another thread factory, for tests. */
    static Throwable run(int count, Part part, Progress progress, ThreadFactory threads) {
        final SharedWork work = new SharedWork(part, count);
        final List<Thread> helpers = new ArrayList<>();
        try {
            work.startHelpers(helpers, threads);
            work.takePart(progress);
        } finally {
            work.stop();
            join(helpers);
        }
        return work.failure.get();
    }

    /** Creates a daemon that inherits no thread locals, because copying them may run user code. */
    static Thread helper(Runnable task) {
        final Thread thread = new Thread(null, task, "flagstone-build", 0, false);
        thread.setDaemon(true);
        return thread;
    }

    private void startHelpers(List<Thread> helpers, ThreadFactory threads) {
        final int most = Math.min(Runtime.getRuntime().availableProcessors(), count) - 1;
        try {
            while (helpers.size() < most) {
                helpers.add(threads.newThread(this::help));
                helpers.get(helpers.size() - 1).start();
            }
        } catch (final OutOfMemoryError e) {
            // The operating system has no more threads. The caller and the helpers so far do the
            // work.
            return;
        }
    }

    /** Waits for the end of threads that are about to end. Keeps an interrupt for later. */
    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (final Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does the work of a helper. */
    private void help() {
        while (runNext()) {
            ended.release();
        }
    }

    /** Does the work of the caller: runs parts, and reports all parts that are done. */
    private void takePart(Progress progress) {
        int done = 0;
        while (done < count) {
            if (!runNext()) {
                ended.acquireUninterruptibly();
            }
            final int news = 1 + ended.drainPermits();
            if (failure.get() != null) {
                return;
            }
            for (int i = 0; i < news; i++) {
                done++;
                progress.done(done);
            }
        }
    }

    /** Runs a part that no other thread has claimed. Returns false if there is none. */
    private boolean runNext() {
        final int number = claimed.getAndIncrement();
        if (number >= count) {
            return false;
        }
        try {
            part.run(number);
        } catch (final Throwable e) {
            stop();
            failure.compareAndSet(null, e);
        }
        return true;
    }

    /** Leaves no part to claim. */
    private void stop() {
        claimed.set(count);
    }
}
