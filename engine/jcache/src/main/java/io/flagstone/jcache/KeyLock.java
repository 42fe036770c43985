// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of one key, with deadlock detection.
 *
 * <p>Loaders, writers, processors and listeners may use caches while they hold the lock of a key,
 * so threads can wait for each other in a cycle, through keys of any caches. Before a thread waits,
 * it announces the lock that it wants. Announcements are made one at a time. The last thread to
 * join a cycle therefore finds the whole cycle: from the lock to its owner, to the lock that the
 * owner waits for, and so on until itself.
 *
 * <p>The search needs only the lock of the announcements. A thread that has announced a wait for a
 * lock of another thread keeps its own locks, so every step of a cycle is still true when the cycle
 * closes.
 */
final class KeyLock extends ReentrantLock {
    private static final long serialVersionUID = 1;

    /** The lock of the announcements. */
    private static final ReentrantLock ANNOUNCING = new ReentrantLock();

    /** The lock that each waiting thread has announced. */
    private static final Map<Thread, KeyLock> WAITING = new ConcurrentHashMap<>();

    /** The number of threads that hold or want this lock. Guarded by the map of the locks. */
    transient int users;

    /** True while the owner loads the key. Guarded by this lock. */
    transient boolean loading;

    /**
     * Waits for the lock. An interrupt does not end the wait; the thread stays interrupted.
     *
     * @throws IllegalStateException if the wait would be a deadlock.
     */
    void acquire() {
        if (tryLock()) {
            return;
        }
        final Thread me = Thread.currentThread();
        announce(me);
        try {
            lock();
        } finally {
            WAITING.remove(me);
        }
    }

    private void announce(Thread me) {
        ANNOUNCING.lock();
        try {
            KeyLock wanted = this;
            while (wanted != null) {
                final Thread owner = wanted.getOwner();
                if (owner == me) {
                    throw new IllegalStateException(
                            "waiting for the lock of this key would be a deadlock, because its"
                                    + " owner waits for a key of this thread; use keys in the same"
                                    + " order in all loaders, writers, processors and listeners");
                }
                final KeyLock next = owner == null ? null : WAITING.get(owner);
                // An owner that has just acquired its lock may still have it in WAITING.
                wanted = next == wanted ? null : next;
            }
            WAITING.put(me, this);
        } finally {
            ANNOUNCING.unlock();
        }
    }
}
