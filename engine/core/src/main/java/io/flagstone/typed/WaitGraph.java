// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 *
 * <p>A thread that waits may run another task meanwhile, if its pool does so, and that task may
 * wait for a load too. The thread then has several edges. A load that it runs depends on those that
 * came after the load began.
 */
final class WaitGraph {
    private static final ReentrantLock LOCK = new ReentrantLock();

    /**
     * The innermost wait of each thread. Written under {@link #LOCK}, each entry only by its own
     * thread.
     */
    private static final Map<Thread, Wait> WAITING = new ConcurrentHashMap<>();

    /**
     * A wait of a thread for a load.
     *
     * @param outer the wait during which this one began, or null.
     */
    record Wait(Load<?, ?> load, Wait outer) {}

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

    /** Returns the innermost wait of the calling thread, or null. */
    static Wait current() {
        return WAITING.get(Thread.currentThread());
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
            final Load<?, ?> own = findOwn(load, current);
            if (own != null) {
                throw new IllegalStateException(
                        "loads must not wait for each other: the load of key="
                                + load.key
                                + " waits for that of key="
                                + own.key
                                + ", whose loader requests key="
                                + load.key);
            }
            WAITING.put(current, new Wait(load, WAITING.get(current)));
        } finally {
            LOCK.unlock();
        }
    }

    /** Returns a load that a thread runs and that a load depends on, or null. */
    private static Load<?, ?> findOwn(Load<?, ?> load, Thread thread) {
        final Wait begunDuring = load.begunDuring();
        final Thread runner = load.runner();
        if (runner == null || runner == thread) {
            return runner == null ? null : load;
        }
        Load<?, ?> own = null;
        for (Wait wait = WAITING.get(runner);
                own == null && wait != null && wait != begunDuring;
                wait = wait.outer) {
            own = findOwn(wait.load, thread);
        }
        return own;
    }

    /** Notes that the innermost wait of the calling thread has ended. */
    static void leave() {
        LOCK.lock();
        try {
            WAITING.computeIfPresent(Thread.currentThread(), (thread, wait) -> wait.outer);
        } finally {
            LOCK.unlock();
        }
    }
}
