// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The graph of threads that wait for loads. It detects cycles, so that loads that wait for each
 * other fail instead of hanging. Thread-safe.
 *
 * <p>A thread waits for a load, another thread runs that load, and may itself wait for a load. A
 * thread that is about to close a cycle gets an exception. One lock guards each check and the new
 * edge, so the last thread of a cycle sees the cycle. The graph spans all caches, since loaders of
 * different caches may wait for each other. It does not know threads that a loader starts and waits
 * for.
 */
final class WaitGraph {
    private static final ReentrantLock LOCK = new ReentrantLock();

    /** Guarded by {@link #LOCK}. */
    private static final Map<Thread, Load<?, ?>> WAITING = new HashMap<>();

    private WaitGraph() {}

    /**
     * Throws if the calling thread runs the load.
     *
     * @throws IllegalStateException if the calling thread runs the load, and so would wait for
     *     itself.
     */
    static void refuseOwn(Load<?, ?> load) {
        if (load.runner() == Thread.currentThread()) {
            throw new IllegalStateException(
                    "a loader must not request the key that it loads: key=" + load.key);
        }
    }

    /**
     * Notes that the calling thread waits for a load, until {@link #leave}.
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
                            "loads must not wait for each other: the load of key="
                                    + load.key
                                    + " waits for that of key="
                                    + next.key
                                    + ", whose loader requests key="
                                    + load.key);
                }
                next = runner == null ? null : WAITING.get(runner);
            }
            WAITING.put(current, load);
        } finally {
            LOCK.unlock();
        }
    }

    /** Notes that the calling thread no longer waits. */
    static void leave() {
        LOCK.lock();
        try {
            WAITING.remove(Thread.currentThread());
        } finally {
            LOCK.unlock();
        }
    }
}
