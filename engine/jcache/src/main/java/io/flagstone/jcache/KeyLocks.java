// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.typed.Codec;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.cache.CacheException;
import javax.cache.integration.CacheLoaderException;

/**
 * The locks of a cache's keys. A key has a lock of its own while at least one thread holds or wants
 * it, so operations on different keys never wait for each other. Thread-safe.
 *
 * <p>The locks are reentrant: a processor may read the key that it processes. A virtual thread that
 * waits, or that blocks in a callback, does not pin its carrier.
 *
 * @param <K> the keys' type; keys are compared by their encoded bytes.
 */
final class KeyLocks<K> {
    private final Map<KeyBytes, KeyLock> locks = new ConcurrentHashMap<>();
    private final Codec<K> codec;

    KeyLocks(Codec<K> codec) {
        this.codec = codec;
    }

    /**
     * Runs an operation under the lock of a key.
     *
     * @throws CacheException if the wait for the lock would be a deadlock.
     */
    <R> R locked(K key, Supplier<R> operation) {
        final Held held = acquire(KeyBytes.of(codec, key), failure -> deadlock(key, failure));
        try {
            return operation.get();
        } finally {
            held.release();
        }
    }

    /**
     * Runs a load under the lock of a key.
     *
     * @throws CacheLoaderException if the wait for the lock would be a deadlock, or if this thread
     *     is already loading the key.
     */
    <R> R loading(K key, Supplier<R> load) {
        final Held held =
                acquire(
                        KeyBytes.of(codec, key),
                        failure -> new CacheLoaderException(message(key, failure), failure));
        try {
            if (held.lock.loading) {
                final IllegalStateException failure =
                        new IllegalStateException(
                                "the loader requested the key that it is loading");
                throw new CacheLoaderException(message(key, failure), failure);
            }
            held.lock.loading = true;
            try {
                return load.get();
            } finally {
                held.lock.loading = false;
            }
        } finally {
            held.release();
        }
    }

    /**
     * Runs an operation under the locks of several keys. It takes them in the order of the keys'
     * bytes, so two such operations cannot deadlock.
     *
     * @throws CacheException if the wait for a lock would be a deadlock.
     */
    <R> R lockedAll(Collection<? extends K> keys, Supplier<R> operation) {
        final SortedMap<KeyBytes, K> sorted = new TreeMap<>();
        keys.forEach(key -> sorted.put(KeyBytes.of(codec, key), key));
        final Deque<Held> held = new ArrayDeque<>(sorted.size() + 1);
        try {
            sorted.forEach(
                    (bytes, key) -> held.push(acquire(bytes, failure -> deadlock(key, failure))));
            return operation.get();
        } finally {
            held.forEach(Held::release);
        }
    }

    private static CacheException deadlock(Object key, IllegalStateException failure) {
        return new CacheException(message(key, failure), failure);
    }

    private static String message(Object key, IllegalStateException failure) {
        return failure.getMessage() + ": key=" + Quietly.name(key);
    }

    private Held acquire(
            KeyBytes bytes, Function<IllegalStateException, ? extends CacheException> refused) {
        final KeyLock lock =
                locks.compute(
                        bytes,
                        (key, present) -> {
                            final KeyLock shared = present == null ? new KeyLock() : present;
                            shared.users++;
                            return shared;
                        });
        boolean acquired = false;
        try {
            lock.acquire();
            acquired = true;
        } catch (final IllegalStateException e) {
            throw refused.apply(e);
        } finally {
            if (!acquired) {
                leave(bytes);
            }
        }
        return new Held(bytes, lock);
    }

    private void leave(KeyBytes bytes) {
        locks.computeIfPresent(bytes, (key, lock) -> --lock.users == 0 ? null : lock);
    }

    /** Returns the number of keys that have a lock. */
    int size() {
        return locks.size();
    }

    /** A lock that this thread holds. */
    private final class Held {
        private final KeyBytes bytes;
        private final KeyLock lock;

        Held(KeyBytes bytes, KeyLock lock) {
            this.bytes = bytes;
            this.lock = lock;
        }

        void release() {
            lock.unlock();
            leave(bytes);
        }
    }
}
