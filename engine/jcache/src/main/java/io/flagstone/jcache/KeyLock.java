// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of one key, which refuses to wait if the wait would never end.
 *
 * <p>Loaders, writers, processors and listeners may use caches while they hold the lock of a key,
 * so threads can wait for one another in a circle, through keys of any caches. Before a thread
 * waits, it announces the lock that it wants. Announcements are made one at a time. The last thread
 * to join a circle therefore finds the whole circle: from the lock to its owner, to the lock that
 * the owner waits for, and so on until itself.
 *
 * <p>The search needs no lock but that of the announcements. A thread that has announced a wait for
 * a lock that another holds keeps its own locks, so every step of a circle is still true when the
 * circle closes.
 */
final class KeyLock extends ReentrantLock {
    private static final long serialVersionUID = 1;

    /** Held by one thread at a time, while it announces that it will wait. */
    private static final ReentrantLock ANNOUNCING = new ReentrantLock();

    private static final Map<Thread, KeyLock> WAITING = new ConcurrentHashMap<>();

    /** How many threads hold or want this lock. Guarded by the map of the locks. */
    transient int users;

    /** Whether the owner is loading the key. Guarded by this lock. */
    transient boolean loading;

    /**
     * Waits for the lock. An interrupt does not end the wait; the thread stays interrupted.
     *
     * @throws IllegalStateException if the wait would never end.
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
                            "waiting would never end: this thread holds the lock of a key that"
                                    + " another thread needs before it lets go of this key;"
                                    + " loaders, writers, processors and listeners must use keys"
                                    + " in one order");
                }
                final KeyLock next = owner == null ? null : WAITING.get(owner);
                // An owner that has just got its lock may still be announced as waiting for it.
                wanted = next == wanted ? null : next;
            }
            WAITING.put(me, this);
        } finally {
            ANNOUNCING.unlock();
        }
    }
}
