// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reloads entries that are hit near their deadline, on the executor. Meanwhile reads return the old
 * value. Thread-safe.
 *
 * <p>An entry is due when its remaining time to live is at most the given time. Then one attempt is
 * made. If it does not renew the deadline, the next is made when half of the time that was left has
 * passed, and so on. So a loader that fails is called only a logarithmic number of times before the
 * deadline, however many hits there are. An entry whose time to live is shorter than the given time
 * is renewed at half of its time to live.
 *
 * <p>An attempt holds a lease from the hit on. If the key is written or removed before the executor
 * begins, the attempt does nothing and is forgotten.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class Refreshes<K, V> {
    /** The number of attempts that are remembered. If it is reached, all are forgotten. */
    private static final int MAX_ATTEMPTS = 1 << 16;

    private final EntryOperations<K, V> entries;
    private final Loads<K, V> loads;
    private final Loader<? super K, ? extends V> loader;
    private final long aheadNs;
    private final ConcurrentHashMap<Object, Attempt> attempts = new ConcurrentHashMap<>();

    /** An attempt to renew an entry. */
    private final class Attempt implements Runnable {
        private final K key;
        private final Object identity;
        private final long lease;

        /**
         * The remaining time to live at the attempt, or after it if the attempt renewed the entry.
         */
        private volatile long leftNs;

        /** True once a thread runs or gives up the attempt. That thread ends the lease. */
        private final AtomicBoolean taken = new AtomicBoolean();

        Attempt(K key, Object identity, long leftNs) {
            this.key = key;
            this.identity = identity;
            this.leftNs = leftNs;
            this.lease = entries.lease(key);
        }

        @Override
        public void run() {
            if (taken.compareAndSet(false, true)) {
                try {
                    renew(this);
                } finally {
                    entries.endLease(key, lease);
                }
            }
        }

        /** Ends the lease of an attempt that the executor has not begun, and may never begin. */
        void giveUp() {
            if (taken.compareAndSet(false, true)) {
                entries.endLease(key, lease);
            }
        }
    }

    Refreshes(
            EntryOperations<K, V> entries,
            Loads<K, V> loads,
            Loader<? super K, ? extends V> loader,
            long aheadNs) {
        this.entries = entries;
        this.loads = loads;
        this.loader = loader;
        this.aheadNs = aheadNs;
    }

    /** Submits a reload of a key that was hit, if it is due and the cache takes writes. */
    void hit(K key) {
        if (entries.engine().isFollower()) {
            return;
        }
        final long leftNs = entries.remainingTtlNs(key);
        if (leftNs <= 0 || leftNs > aheadNs) {
            return;
        }
        final Object identity = entries.identity(key);
        final Attempt last = attempts.get(identity);
        if (last != null && leftNs <= last.leftNs && leftNs > last.leftNs / 2) {
            return;
        }
        // More time left than at the last attempt means that the entry was written since.
        final Attempt attempt = new Attempt(key, identity, leftNs);
        if (!remember(attempt, last)) {
            attempt.giveUp();
            return;
        }
        try {
            loads.execute(attempt);
        } catch (final Throwable refusal) {
            attempts.remove(identity, attempt);
            attempt.giveUp();
            failed(refusal);
        }
    }

    private boolean remember(Attempt attempt, Attempt last) {
        if (last != null) {
            final boolean replaced = attempts.replace(attempt.identity, last, attempt);
            if (replaced) {
                last.giveUp();
            }
            return replaced;
        }
        if (attempts.size() >= MAX_ATTEMPTS) {
            attempts.values().forEach(this::forget);
        }
        return attempts.putIfAbsent(attempt.identity, attempt) == null;
    }

    private void forget(Attempt attempt) {
        attempts.remove(attempt.identity, attempt);
        attempt.giveUp();
    }

    private void renew(Attempt attempt) {
        final Load<K, V> load = loads.renew(attempt.key, attempt.identity, loader, attempt.lease);
        if (load == null) {
            // If the key is being loaded, this attempt stays, so that not every hit makes another.
            if (!entries.isLeaseCurrent(attempt.key, attempt.lease)) {
                attempts.remove(attempt.identity, attempt);
            }
            return;
        }
        if (load.failure() != null) {
            failed(load.failure());
            return;
        }
        final long leftNs = entries.engine().isClosed() ? 0 : entries.remainingTtlNs(attempt.key);
        if (leftNs > 0 && leftNs <= aheadNs) {
            // The next attempt is due at half of the new time to live.
            attempt.leftNs = leftNs;
        } else {
            attempts.remove(attempt.identity, attempt);
        }
    }

    private static void failed(Throwable failure) {
        System.getLogger("io.flagstone")
                .log(System.Logger.Level.WARNING, "a refresh failed, the old value stays", failure);
    }
}
