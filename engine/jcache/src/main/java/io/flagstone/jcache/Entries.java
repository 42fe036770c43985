// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ReadOnlyCacheException;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codec;
import java.util.Iterator;
import javax.cache.event.EventType;
import org.agrona.ExpandableArrayBuffer;

/**
 * The specification's operations on one entry, with its expiry, its events and its counts.
 *
 * <p>The specification combines steps that are separate in the engine: read, ask the policy, store,
 * notify. The caller therefore holds the key's lock, except for {@link #peek}, {@link #contains},
 * {@link #read} and {@link #touch}. An operation stores and counts before it notifies. If a
 * listener throws, the operation is complete.
 *
 * <p>A value that no slab can hold counts as evicted at once. A write of it counts and notifies
 * like any other, but the key is absent afterwards: the old value is removed as well.
 */
final class Entries<K, V> {
    /** The lease on a key whose length the engine does not allow. */
    static final long NO_LEASE = 0;

    private final Cache<K, V> cache;
    private final Codec<K> keys;
    private final Codec<V> values;
    private final KeyLocks<K> locks;
    private final Expiry expiry;
    private final Listeners<K, V> listeners;
    private final Counters counters;
    private final RateLimitedLog log = new RateLimitedLog();

    Entries(
            Cache<K, V> cache,
            Codec<K> keys,
            Codec<V> values,
            KeyLocks<K> locks,
            Expiry expiry,
            Listeners<K, V> listeners,
            Counters counters) {
        this.cache = cache;
        this.keys = keys;
        this.values = values;
        this.locks = locks;
        this.expiry = expiry;
        this.listeners = listeners;
        this.counters = counters;
    }

    /** Reads a value. The engine counts a hit or a miss. */
    V peek(K key) {
        return cache.getIfPresent(key);
    }

    /** Reads a value. The engine counts a hit, but no miss. */
    V peekIfPresent(K key) {
        return contains(key) ? peek(key) : null;
    }

    boolean contains(K key) {
        return cache.contains(key);
    }

    /** Reads a value and updates its expiry. Takes the key's lock if the policy needs it. */
    V read(K key) {
        if (ignoresAccess()) {
            return peek(key);
        }
        return locks.locked(
                key,
                () -> {
                    final V value = peek(key);
                    if (value != null) {
                        accessed(key, value);
                    }
                    return value;
                });
    }

    /** Updates the expiry of an entry that was read before, if it is still present. */
    void touch(K key, V value) {
        if (!ignoresAccess()) {
            locks.locked(
                    key,
                    () -> {
                        if (contains(key)) {
                            accessed(key, value);
                        }
                        return null;
                    });
        }
    }

    /** Returns whether a read leaves the deadline alone. A follower learns of deadlines only. */
    private boolean ignoresAccess() {
        return expiry.ignoresAccess() || cache.engine().isFollower();
    }

    /** Sets the deadline of an entry that has been read, unless the cache is a follower. */
    void accessed(K key, V value) {
        final long ttlNs =
                cache.engine().isFollower() ? OffHeapCache.KEEP_TTL : expiry.ofAccessed();
        if (ttlNs == Expiry.EXPIRED) {
            expire(key, value);
        } else if (ttlNs != OffHeapCache.KEEP_TTL) {
            cache.setTtl(key, ttlNs);
        }
    }

    private void expire(K key, V value) {
        if (cache.remove(key)) {
            listeners.tell(EventType.EXPIRED, key, value, value);
        }
    }

    /**
     * Checks that the cache takes writes, before the store is written.
     *
     * @throws ReadOnlyCacheException if the cache is a follower.
     */
    void checkTakesWrites() {
        if (cache.engine().isFollower()) {
            throw new ReadOnlyCacheException();
        }
    }

    /**
     * Checks that an entry can be encoded.
     *
     * @throws IllegalArgumentException if the engine does not allow the key's length.
     */
    void check(K key, V value) {
        checkKey(key);
        values.encode(value, new ExpandableArrayBuffer(), 0);
    }

    private void checkKey(K key) {
        final KeyBytes bytes = bytes(key);
        if (!bytes.fits()) {
            throw new IllegalArgumentException(
                    "a key must have from 1 to "
                            + OffHeapCache.MAX_KEY_LENGTH
                            + " bytes: bytes="
                            + bytes.length());
        }
    }

    /** Encodes a key. */
    KeyBytes bytes(K key) {
        return KeyBytes.of(keys, key);
    }

    /** Writes a value, whether or not the key is present. */
    void put(K key, V value, long startNs) {
        final V old = listeners.wantsOldValue() ? peekIfPresent(key) : null;
        if (old != null || contains(key)) {
            update(key, value, old, startNs);
        } else {
            create(key, value, startNs);
        }
    }

    /** Writes a value. The caller has read the old one, or {@code null} if the key is absent. */
    void put(K key, V value, V old, long startNs) {
        if (old == null) {
            create(key, value, startNs);
        } else {
            update(key, value, old, startNs);
        }
    }

    /** Adds an absent key. Does nothing if the entry would expire at once. */
    void create(K key, V value, long startNs) {
        final long ttlNs = expiry.ofCreated();
        if (ttlNs == Expiry.EXPIRED) {
            return;
        }
        try {
            cache.put(key, value, ttlNs);
        } catch (final EntryTooLargeException e) {
            evict(key, e);
        }
        counters.put(startNs);
        listeners.tell(EventType.CREATED, key, value, null);
    }

    private void update(K key, V value, V old, long startNs) {
        final long ttlNs = expiry.ofUpdated();
        if (ttlNs == Expiry.EXPIRED) {
            counters.put(startNs);
            expire(key, value);
            return;
        }
        try {
            if (!cache.replaceWithTtl(key, value, ttlNs)) {
                // The entry has expired or was evicted since the caller read it.
                create(key, value, startNs);
                return;
            }
        } catch (final EntryTooLargeException e) {
            evict(key, e);
        }
        counters.put(startNs);
        listeners.tell(EventType.UPDATED, key, value, old);
    }

    /** Removes the old value of a key whose new value is too large. */
    private void evict(K key, EntryTooLargeException failure) {
        cache.remove(key);
        notKept(key, failure);
    }

    private void notKept(K key, EntryTooLargeException failure) {
        counters.notKept();
        log.warn("the value is too large for a slab: key=" + Quietly.name(key), failure);
    }

    /** Removes a key and returns whether it was present. */
    boolean remove(K key, long startNs) {
        return remove(key, listeners.wantsOldValue() ? peekIfPresent(key) : null, startNs);
    }

    /** Removes a key. The caller has read its value, or {@code null}. */
    boolean remove(K key, V old, long startNs) {
        if (!cache.remove(key)) {
            return false;
        }
        counters.removed(startNs);
        final V told = listeners.wantsOldValue() ? old : null;
        listeners.tell(EventType.REMOVED, key, told, told);
        return true;
    }

    /** Removes a key without notifying, because its value may differ from the store's. */
    void forget(K key) {
        cache.remove(key);
    }

    /** Removes all entries without notifying. */
    void clear() {
        cache.clear();
    }

    /**
     * Takes a lease on a key. It lets {@link #keep} and {@link #renew} detect a later write.
     *
     * @return the lease, or {@link #NO_LEASE} if the engine does not allow the key's length.
     */
    long lease(K key) {
        return lease(key, bytes(key));
    }

    /** Takes a lease on a key that the caller has encoded. */
    long lease(K key, KeyBytes bytes) {
        return bytes.fits() ? cache.lease(key) : NO_LEASE;
    }

    void endLease(K key, long lease) {
        if (lease != NO_LEASE) {
            cache.endLease(key, lease);
        }
    }

    /** Stores a loaded value, unless the key is present or was written since the lease. */
    void keep(K key, V loaded, long lease) {
        if (lease == NO_LEASE || contains(key)) {
            return;
        }
        final long ttlNs = expiry.ofCreated();
        if (ttlNs != Expiry.EXPIRED && putLeased(key, loaded, ttlNs, lease)) {
            listeners.tell(EventType.CREATED, key, loaded, null);
        }
    }

    /** Stores a reloaded value, unless the key was written since the lease. */
    void renew(K key, V loaded, long lease) {
        if (lease == NO_LEASE) {
            return;
        }
        final V old = listeners.wantsOldValue() ? peekIfPresent(key) : null;
        if (old == null && !contains(key)) {
            keep(key, loaded, lease);
            return;
        }
        final long ttlNs = expiry.ofUpdated();
        final boolean expired = ttlNs == Expiry.EXPIRED;
        if (putLeased(key, loaded, expired ? OffHeapCache.KEEP_TTL : ttlNs, lease)) {
            if (expired) {
                expire(key, loaded);
            } else {
                listeners.tell(EventType.UPDATED, key, loaded, old);
            }
        }
    }

    private boolean putLeased(K key, V value, long ttlNs, long lease) {
        try {
            return cache.putLeased(key, value, ttlNs, lease);
        } catch (final EntryTooLargeException e) {
            notKept(key, e);
            return false;
        }
    }

    /** Returns an iterator over the keys, which other threads may change meanwhile. */
    Iterator<K> keys() {
        return cache.asMap().keySet().iterator();
    }
}
