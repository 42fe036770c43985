// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CompletionListener;

/**
 * Loads values from the source.
 *
 * <p>A single key is loaded under its lock, so that it is loaded once. Several keys are loaded by
 * one call without a lock, so another thread may write or load them at the same time. Every load
 * takes a lease on its key first. If the key is written or removed before the load ends, the
 * callers get the loaded value, and the cache does not store it.
 */
final class ReadThrough<K, V> {
    /** A key that is being loaded, with its lease or {@link Entries#NO_LEASE}. */
    private record Leased<K>(K key, KeyBytes bytes, long lease) {}

    private final Source<K, V> source;
    private final Entries<K, V> entries;
    private final KeyLocks<K> locks;
    private final Executor executor;

    ReadThrough(Source<K, V> source, Entries<K, V> entries, KeyLocks<K> locks, Executor executor) {
        this.source = source;
        this.entries = entries;
        this.locks = locks;
        this.executor = executor;
    }

    boolean isOn() {
        return source.readsThrough();
    }

    /** Returns the value of a key: loads and stores it, unless another thread has stored one. */
    V get(K key) {
        return locks.loading(
                key,
                () -> {
                    final V present = entries.peekIfPresent(key);
                    if (present != null) {
                        return present;
                    }
                    final long lease = entries.lease(key);
                    try {
                        final V loaded = source.load(key);
                        if (loaded != null) {
                            entries.keep(key, loaded, lease);
                        }
                        return loaded;
                    } finally {
                        entries.endLease(key, lease);
                    }
                });
    }

    /** Loads a key for a processor, which stores the value itself. */
    V load(K key) {
        return locks.loading(key, () -> source.load(key));
    }

    /**
     * Loads several keys.
     *
     * @param missing the keys that the cache did not hold.
     * @param found receives the loaded values, and values that other threads stored meanwhile.
     */
    void getAll(List<K> missing, Map<K, V> found) {
        final Failures failures = new Failures();
        final Map<KeyBytes, V> loaded =
                load(missing, (key, value, lease) -> entries.keep(key, value, lease), failures);
        for (final K key : missing) {
            final V value = loaded.get(entries.bytes(key));
            final V known = value == null ? entries.peekIfPresent(key) : value;
            if (known != null) {
                found.put(key, known);
            }
        }
        failures.throwFirst();
    }

    /** Stores a loaded value. The caller holds the key's lock. */
    private interface Keeper<K, V> {
        void keep(K key, V value, long lease);
    }

    /** Loads keys by one call, and returns the values of the requested keys, by their bytes. */
    private Map<KeyBytes, V> load(List<K> wanted, Keeper<K, V> keeper, Failures failures) {
        final Map<KeyBytes, Leased<K>> leases = new LinkedHashMap<>();
        final Map<KeyBytes, V> values = new HashMap<>();
        if (wanted.isEmpty()) {
            return values;
        }
        try {
            final List<K> asked = new ArrayList<>(wanted.size());
            for (final K key : wanted) {
                final KeyBytes bytes = entries.bytes(key);
                if (!leases.containsKey(bytes)) {
                    leases.put(bytes, new Leased<>(key, bytes, entries.lease(key, bytes)));
                    asked.add(key);
                }
            }
            for (final Map.Entry<K, V> entry : source.loadAll(asked).entrySet()) {
                final Leased<K> leased = asked(leases, entry.getKey());
                if (leased != null && entry.getValue() != null) {
                    values.put(leased.bytes, entry.getValue());
                    failures.run(() -> keep(leased, entry.getValue(), keeper));
                }
            }
            return values;
        } finally {
            leases.values().forEach(leased -> entries.endLease(leased.key, leased.lease));
        }
    }

    private void keep(Leased<K> leased, V value, Keeper<K, V> keeper) {
        locks.locked(
                leased.key,
                () -> {
                    keeper.keep(leased.key, value, leased.lease);
                    return null;
                });
    }

    /** Returns the requested key that equals a loaded one, or {@code null} if there is none. */
    private Leased<K> asked(Map<KeyBytes, Leased<K>> leases, K key) {
        if (key == null) {
            return null;
        }
        try {
            return leases.get(entries.bytes(key));
        } catch (final ClassCastException e) {
            // The loader returned a key of another type.
            return null;
        }
    }

    /**
     * Loads keys in the executor.
     *
     * @param replace whether to replace the values of keys that are present.
     * @param listener the listener; it is notified at the end, also if the executor rejects.
     */
    void loadAll(Set<? extends K> keys, boolean replace, CompletionListener listener) {
        if (!source.canLoad() || keys.isEmpty()) {
            listener.onCompletion();
            return;
        }
        final List<K> wanted = new ArrayList<>(keys);
        try {
            executor.execute(() -> load(wanted, replace, listener));
        } catch (final Throwable e) {
            listener.onException(Source.notLoaded("the executor rejected the load", e));
        }
    }

    private void load(List<K> wanted, boolean replace, CompletionListener listener) {
        CacheLoaderException failure = null;
        try {
            if (!replace) {
                wanted.removeIf(entries::contains);
            }
            final Failures failures = new Failures();
            load(wanted, replace ? entries::renew : entries::keep, failures);
            failures.throwFirst();
        } catch (final Throwable e) {
            failure = Source.notLoaded("loading failed", e);
        }
        try {
            if (failure == null) {
                listener.onCompletion();
            } else {
                listener.onException(failure);
            }
        } catch (final Throwable e) {
            Quietly.warn("the completion listener of a load failed", e);
        }
    }
}
