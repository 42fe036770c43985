// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.function.Supplier;
import javax.cache.event.CacheEntryListenerException;

/**
 * Writes single entries through to the store and into the cache, each under its key's lock.
 *
 * <p>The store is written first. An entry that cannot be encoded does not reach it, and neither
 * does a write to a follower. If the cache fails after the store was written, or if the writer
 * throws an Error, the cache removes the key, because its value may differ from the store's.
 */
final class Writes<K, V> {
    private final Source<K, V> source;
    private final Entries<K, V> entries;
    private final KeyLocks<K> locks;
    private final Counters counters;

    Writes(Source<K, V> source, Entries<K, V> entries, KeyLocks<K> locks, Counters counters) {
        this.source = source;
        this.entries = entries;
        this.locks = locks;
        this.counters = counters;
    }

    /** Writes to the store and then runs the rest. The caller holds the key's lock. */
    <R> R through(K key, V value, Supplier<R> rest) {
        if (!source.writes()) {
            return rest.get();
        }
        entries.checkTakesWrites();
        entries.check(key, value);
        write(key, () -> source.write(key, value));
        return orForget(key, rest);
    }

    /** Deletes from the store and then runs the rest. The caller holds the key's lock. */
    <R> R deleteThrough(K key, Supplier<R> rest) {
        if (!source.writes()) {
            return rest.get();
        }
        entries.checkTakesWrites();
        write(key, () -> source.delete(key));
        return orForget(key, rest);
    }

    /** Writes to the store. After an Error, the store may have the old value or the new one. */
    private void write(K key, Runnable toStore) {
        try {
            toStore.run();
        } catch (final Error e) {
            entries.forget(key);
            throw e;
        }
    }

    /** Runs the rest of an operation that wrote to the store. If this fails, removes the key. */
    <R> R orForget(K key, Supplier<R> rest) {
        boolean done = false;
        try {
            final R result = rest.get();
            done = true;
            return result;
        } catch (final CacheEntryListenerException e) {
            // Listeners are notified last, so the cache is up to date.
            done = true;
            throw e;
        } finally {
            if (!done) {
                entries.forget(key);
            }
        }
    }

    /** Converts an operation that returns nothing. */
    private static Supplier<Void> just(Runnable operation) {
        return () -> {
            operation.run();
            return null;
        };
    }

    void put(K key, V value) {
        final long startNs = counters.start();
        locks.locked(key, () -> through(key, value, just(() -> entries.put(key, value, startNs))));
    }

    V getAndPut(K key, V value) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () ->
                        through(
                                key,
                                value,
                                () -> {
                                    final V old = entries.peek(key);
                                    counters.got(old != null, startNs);
                                    entries.put(key, value, old, startNs);
                                    return old;
                                }));
    }

    boolean putIfAbsent(K key, V value) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () -> {
                    final boolean absent = !entries.contains(key);
                    counters.got(!absent, startNs);
                    if (absent) {
                        through(key, value, just(() -> entries.create(key, value, startNs)));
                    }
                    return absent;
                });
    }

    boolean remove(K key) {
        final long startNs = counters.start();
        return locks.locked(key, () -> deleteThrough(key, () -> entries.remove(key, startNs)));
    }

    boolean remove(K key, V expected) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () -> {
                    final boolean equal = isEqual(key, expected, startNs);
                    if (equal) {
                        deleteThrough(key, () -> entries.remove(key, expected, startNs));
                    }
                    return equal;
                });
    }

    /** Returns whether a value is as expected. A different value counts as read for its expiry. */
    private boolean isEqual(K key, V expected, long startNs) {
        final V value = entries.peek(key);
        counters.got(value != null, startNs);
        final boolean equal = expected.equals(value);
        if (value != null && !equal) {
            entries.accessed(key, value);
        }
        return equal;
    }

    V getAndRemove(K key) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () ->
                        deleteThrough(
                                key,
                                () -> {
                                    final V old = entries.peek(key);
                                    counters.got(old != null, startNs);
                                    entries.remove(key, old, startNs);
                                    return old;
                                }));
    }

    boolean replace(K key, V expected, V value) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () -> {
                    final boolean equal = isEqual(key, expected, startNs);
                    if (equal) {
                        through(key, value, just(() -> entries.put(key, value, expected, startNs)));
                    }
                    return equal;
                });
    }

    V getAndReplace(K key, V value) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () -> {
                    final V old = entries.peek(key);
                    counters.got(old != null, startNs);
                    if (old != null) {
                        through(key, value, just(() -> entries.put(key, value, old, startNs)));
                    }
                    return old;
                });
    }
}
