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
 * The listeners of a cache.
 *
 * <p>Events of a key are told in the order of what happened, under the key's lock: to synchronous
 * listeners by the thread that caused them, to others by the executor. An expired entry is told by
 * the next operation, on whichever key, before anything else. Of two operations at once, one may
 * tell of a key's expiry while the other tells of what came after. Thread-safe.
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

    /** Makes a listener by its factory and adds it. If this throws, it is not added. */
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

    /** Whether a listener is to be told of entries that expire. */
    boolean wantsExpired() {
        return wantsExpired;
    }

    /** Whether a listener is to be told of entries that are removed. */
    boolean wantsRemoved() {
        return wantsRemoved;
    }

    /** Whether a listener is to be told of the value that was there before. */
    boolean wantsOldValue() {
        return wantsOldValue;
    }

    /** Called by the engine, under the lock of a segment. */
    @Override
    public void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value) {
        if (cause == RemovalCause.EXPIRED && wantsExpired) {
            expired.add(key, value);
        }
    }

    /** Tells of all entries that have expired. Never throws what a listener throws. */
    void tellExpired(OffHeapCache engine, Pace pace) {
        if (wantsExpired) {
            expired.findAndTell(engine, pace);
        }
    }

    /**
     * Tells all listeners of one event, and first of what the engine has found expired.
     *
     * @throws CacheEntryListenerException if a synchronous listener failed; all have been told.
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
