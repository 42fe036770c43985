package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.typed.Cache;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.cache.CacheException;
import javax.cache.event.EventType;

/**
 * What the specification's operations do to one entry, with its expiry and its events.
 *
 * <p>The specification joins steps that the engine takes one by one: look, ask the policy, write
 * through, store, tell. So each key has a lock, one of some that all share by hash. It is
 * reentrant: an entry processor may read its own key. {@link #accessed}, {@link #create}, {@link
 * #remove} and {@link #put(Object, Object, Object)} are for who holds it; the others take it where
 * they need it.
 */
final class Entries<K, V> {
    /** A power of two. */
    private static final int LOCKS = 64;

    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];
    private final Cache<K, V> cache;
    private final Expiry expiry;
    private final Listeners<K, V> listeners;

    Entries(Cache<K, V> cache, Expiry expiry, Listeners<K, V> listeners) {
        this.cache = cache;
        this.expiry = expiry;
        this.listeners = listeners;
        Arrays.setAll(locks, i -> new ReentrantLock());
    }

    /** Does something under the lock of a key. */
    <R> R locked(K key, Supplier<R> operation) {
        final int hash = key.hashCode() * 0x9E3779B9;
        final ReentrantLock lock =
                locks[hash >>> Integer.SIZE - Integer.numberOfTrailingZeros(LOCKS)];
        lock.lock();
        try {
            return operation.get();
        } finally {
            lock.unlock();
        }
    }

    V peek(K key) {
        return cache.getIfPresent(key);
    }

    boolean contains(K key) {
        return cache.contains(key);
    }

    /** A value, and the expiry that its reading brings. Takes the lock if there may be one. */
    V read(K key) {
        if (expiry.ignoresAccess()) {
            return peek(key);
        }
        return locked(
                key,
                () -> {
                    final V value = peek(key);
                    if (value != null) {
                        accessed(key, value);
                    }
                    return value;
                });
    }

    /** Sets the deadline of an entry that has been read. */
    void accessed(K key, V value) {
        final long ttlNs = expiry.ofAccessed();
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

    /** Writes a value, whether or not the key is there. Returns false as {@link #create} does. */
    boolean put(K key, V value) {
        return locked(
                key,
                () -> {
                    final V old = listeners.wantsOldValue() ? peek(key) : null;
                    return old != null || contains(key)
                            ? update(key, value, old)
                            : create(key, value);
                });
    }

    /** Writes a value in place of one that was there, or null. */
    boolean put(K key, V value, V old) {
        return old == null ? create(key, value) : update(key, value, old);
    }

    /**
     * Stores what was loaded, if anything, unless there is a value by now; returns what is there.
     */
    V keep(K key, V loaded) {
        return locked(
                key,
                () -> {
                    final V present = peek(key);
                    if (present == null && loaded != null) {
                        create(key, loaded);
                    }
                    return present == null ? loaded : present;
                });
    }

    /** Adds a key that is not there; returns false if it would be expired at once. */
    boolean create(K key, V value) {
        final long ttlNs = expiry.ofCreated();
        if (ttlNs == Expiry.EXPIRED) {
            return false;
        }
        try {
            cache.put(key, value, ttlNs);
        } catch (final EntryTooLargeException e) {
            throw new CacheException(e.getMessage(), e);
        }
        listeners.tell(EventType.CREATED, key, value, null);
        return true;
    }

    private boolean update(K key, V value, V old) {
        final long ttlNs = expiry.ofUpdated();
        if (ttlNs == Expiry.EXPIRED) {
            expire(key, value);
            return true;
        }
        try {
            if (!cache.replaceWithTtl(key, value, ttlNs)) {
                // It has expired, or was evicted, since.
                return create(key, value);
            }
        } catch (final EntryTooLargeException e) {
            throw new CacheException(e.getMessage(), e);
        }
        listeners.tell(EventType.UPDATED, key, value, old);
        return true;
    }

    /** Removes a key and returns whether it was there. */
    boolean remove(K key) {
        return remove(key, listeners.wantsOldValue() ? peek(key) : null);
    }

    /** The same for who has read the value that is there, or null. */
    boolean remove(K key, V old) {
        if (!cache.remove(key)) {
            return false;
        }
        final V told = listeners.wantsOldValue() ? old : null;
        listeners.tell(EventType.REMOVED, key, told, told);
        return true;
    }

    /** The keys, while others may come and go. */
    Iterator<K> keys() {
        return cache.asMap().keySet().iterator();
    }
}
