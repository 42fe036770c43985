// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which thread waits for which load, so that loads that wait for each other fail and do not hang.
 *
 * <p>A thread waits for a load, a load is run by a thread, and that may wait for a load itself. A
 * thread that is about to close such a circle gets an exception instead. Both ends of a new edge
 * are looked at under one lock, so of the threads of a circle the last sees it. The graph spans all
 * caches, since loaders of several may wait for each other. Threads that a loader starts itself,
 * and waits for, are unknown to it.
 */
final class WaitGraph {
    private static final ReentrantLock LOCK = new ReentrantLock();

    /** Guarded by the lock. */
    private static final Map<Thread, Load<?, ?>> WAITING = new HashMap<>();

    private WaitGraph() {}

    /**
     * Passes unless the calling thread runs the load.
     *
     * @throws IllegalStateException if it does: it would wait for itself.
     */
    static void refuseOwn(Load<?, ?> load) {
        if (load.runner() == Thread.currentThread()) {
            throw new IllegalStateException("the loader asks for the key it loads: " + load.key);
        }
    }

    /**
     * Notes that the calling thread is going to wait for a load, until {@link #leave}.
     *
     * @throws IllegalStateException if the load waits for the calling thread.
     */
    static void enter(Load<?, ?> load) {
        final Thread current = Thread.currentThread();
        LOCK.lock();
        try {
            refuseOwn(load);
            for (Load<?, ?> next = load; next != null; ) {
                final Thread runner = next.runner();
                if (runner == current) {
                    throw new IllegalStateException(
                            "loads wait for each other: the load of "
                                    + load.key
                                    + " needs that of "
                                    + next.key
                                    + ", whose thread asks for "
                                    + load.key);
                }
                next = runner == null ? null : WAITING.get(runner);
            }
            WAITING.put(current, load);
        } finally {
            LOCK.unlock();
        }
    }

    /** Notes that the calling thread has ended waiting. */
    static void leave() {
        LOCK.lock();
        try {
            WAITING.remove(Thread.currentThread());
        } finally {
            LOCK.unlock();
        }
    }
}
