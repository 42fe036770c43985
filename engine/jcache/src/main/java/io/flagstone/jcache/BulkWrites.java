// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.cache.Cache;

/**
 * Writes and removes several entries.
 *
 * <p>With a writer, an operation holds the locks of all its keys while it writes the store and then
 * the cache, so that no other write of a key comes in between. Without a writer it locks one key at
 * a time. If one entry fails, the others are still written, and the first exception is thrown at
 * the end. After an Error of the writer, the cache removes the keys whose state in the store is
 * unknown.
 */
final class BulkWrites<K, V> {
    private final Source<K, V> source;
    private final Entries<K, V> entries;
    private final KeyLocks<K> locks;
    private final Writes<K, V> writes;
    private final Listeners<K, V> listeners;
    private final Counters counters;

    BulkWrites(
            Source<K, V> source,
            Entries<K, V> entries,
            KeyLocks<K> locks,
            Writes<K, V> writes,
            Listeners<K, V> listeners,
            Counters counters) {
        this.source = source;
        this.entries = entries;
        this.locks = locks;
        this.writes = writes;
        this.listeners = listeners;
        this.counters = counters;
    }

    void putAll(Map<? extends K, ? extends V> map) {
        final List<Cache.Entry<? extends K, ? extends V>> all =
                map.entrySet().stream()
                        .map(entry -> new StoredEntry<K, V>(entry.getKey(), entry.getValue()))
                        .collect(Collectors.toList());
        if (!source.writes()) {
            final Failures failures = new Failures();
            all.forEach(entry -> failures.run(() -> put(entry, false)));
            failures.throwFirst();
            return;
        }
        entries.checkTakesWrites();
        all.forEach(entry -> entries.check(entry.getKey(), entry.getValue()));
        lockedAll(map.keySet(), () -> putThrough(all));
    }

    private Failures putThrough(List<Cache.Entry<? extends K, ? extends V>> all) {
        final Set<Cache.Entry<? extends K, ? extends V>> unwritten =
                Collections.newSetFromMap(new IdentityHashMap<>());
        unwritten.addAll(all);
        final Failures failures = new Failures();
        final Throwable failure = source.writeAll(unwritten);
        failures.add(failure);
        for (final Cache.Entry<? extends K, ? extends V> entry : all) {
            if (!unwritten.contains(entry)) {
                failures.run(() -> put(entry, true));
            } else if (failure instanceof Error) {
                failures.run(() -> entries.forget(entry.getKey()));
            }
        }
        return failures;
    }

    private void put(Cache.Entry<? extends K, ? extends V> entry, boolean written) {
        final K key = entry.getKey();
        final V value = entry.getValue();
        final long startNs = counters.start();
        final Supplier<Void> put =
                () -> {
                    entries.put(key, value, startNs);
                    return null;
                };
        locks.locked(key, written ? () -> writes.orForget(key, put) : put);
    }

    private void lockedAll(Collection<? extends K> keys, Supplier<Failures> operation) {
        locks.<Failures>lockedAll(keys, operation).throwFirst();
    }

    void removeAll(Set<? extends K> keys) {
        if (source.writes()) {
            entries.checkTakesWrites();
            lockedAll(keys, () -> removeThrough(keys));
        } else {
            remove(keys, Set.of(), new Failures()).throwFirst();
        }
    }

    private Failures removeThrough(Set<? extends K> keys) {
        final Set<K> undeleted = new HashSet<>(keys);
        final Failures failures = new Failures();
        final Throwable failure = source.deleteAll(undeleted);
        failures.add(failure);
        if (failure instanceof Error) {
            undeleted.forEach(key -> failures.run(() -> entries.forget(key)));
        }
        return remove(keys, undeleted, failures);
    }

    private Failures remove(Set<? extends K> keys, Set<K> except, Failures failures) {
        for (final K key : keys) {
            if (!except.contains(key)) {
                final long startNs = counters.start();
                final Supplier<Boolean> remove = () -> entries.remove(key, startNs);
                failures.run(
                        () ->
                                locks.locked(
                                        key,
                                        source.writes()
                                                ? () -> writes.orForget(key, remove)
                                                : remove));
            }
        }
        return failures;
    }

    /** Removes all entries: one by one if a writer, a listener or the statistics need each key. */
    void removeAll() {
        if (source.writes() || listeners.wantsRemoved() || counters.isEnabled()) {
            final Set<K> keys = new HashSet<>();
            entries.keys().forEachRemaining(keys::add);
            removeAll(keys);
        } else {
            entries.clear();
        }
    }
}
