// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalCause;
import io.flagstone.api.RemovalHandler;
import io.flagstone.typed.Codec;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import javax.cache.Cache;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.event.CacheEntryListenerException;
import javax.cache.event.EventType;
import org.agrona.DirectBuffer;

/**
 * The listeners of a cache. Thread-safe.
 *
 * <p>Events of a key are dispatched in order, under the key's lock. The thread that caused an event
 * notifies synchronous listeners; the executor notifies the others. The next operation, on any key,
 * starts by notifying of expired entries. Two concurrent operations may notify of a key's expiry
 * and of its next event at the same time.
 */
final class Listeners<K, V> implements RemovalHandler {
    private final List<Registration<K, V>> registrations = new CopyOnWriteArrayList<>();
    private final ExpiredEntries<K, V> expired;
    private final Cache<K, V> source;
    private final Executor executor;
    private volatile boolean wantsExpired;
    private volatile boolean wantsRemoved;
    private volatile boolean wantsOldValue;

    Listeners(Cache<K, V> source, Codec<K> keys, Codec<V> values, Executor executor) {
        this.source = source;
        this.executor = executor;
        this.expired =
                new ExpiredEntries<>(
                        keys,
                        values,
                        (key, value) -> dispatch(EventType.EXPIRED, key, value, value));
    }

    /** Creates a listener by its factory and adds it. If this throws, nothing is added. */
    void add(CacheEntryListenerConfiguration<K, V> configuration) {
        registrations.add(new Registration<>(configuration, executor));
        update();
    }

    void remove(CacheEntryListenerConfiguration<K, V> configuration) {
        for (final Registration<K, V> registration : registrations) {
            if (registration.is(configuration) && registrations.remove(registration)) {
                update();
                registration.close();
            }
        }
    }

    void close() {
        final List<Registration<K, V>> open = List.copyOf(registrations);
        registrations.clear();
        update();
        open.forEach(Registration::close);
    }

    private synchronized void update() {
        wantsExpired = registrations.stream().anyMatch(r -> r.takes(EventType.EXPIRED));
        wantsRemoved = registrations.stream().anyMatch(r -> r.takes(EventType.REMOVED));
        wantsOldValue = registrations.stream().anyMatch(Registration::wantsOldValue);
    }

    /** Returns whether a listener receives entries that are removed. */
    boolean wantsRemoved() {
        return wantsRemoved;
    }

    /** Returns whether a listener requires the old value. */
    boolean wantsOldValue() {
        return wantsOldValue;
    }

    /** Queues an expired entry. The engine calls this under a segment's lock. */
    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value) {
        if (cause == RemovalCause.EXPIRED && wantsExpired) {
            expired.add(key, value);
        }
    }

    /** Notifies of all expired entries. Logs exceptions of listeners and does not throw them. */
    void tellExpired(OffHeapCache engine, Pace pace) {
        if (wantsExpired) {
            expired.findAndTell(engine, pace);
        }
    }

    /**
     * Notifies all listeners of expired entries that the engine has found, then of one event.
     *
     * @throws CacheEntryListenerException if a synchronous listener failed; all were notified.
     */
    void tell(EventType type, K key, V value, V oldValue) {
        if (!registrations.isEmpty()) {
            expired.tell();
            dispatch(type, key, value, oldValue);
        }
    }

    private void dispatch(EventType type, K key, V value, V oldValue) {
        final Failures failures = new Failures();
        EntryEvent<K, V> event = null;
        for (final Registration<K, V> registration : registrations) {
            if (registration.takes(type)) {
                if (event == null) {
                    event = new EntryEvent<>(source, type, key, value, oldValue);
                }
                final EntryEvent<K, V> told = event;
                failures.run(() -> registration.tell(told));
            }
        }
        failures.throwFirst();
    }
}
