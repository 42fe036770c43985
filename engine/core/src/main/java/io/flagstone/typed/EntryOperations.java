// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongBiFunction;
import org.agrona.MutableDirectBuffer;

/** The operations of a typed cache that never load. */
abstract class EntryOperations<K, V> implements AutoCloseable {
    final EncodedCache<K, V> encoded;
    private final OffHeapCache engine;
    private final ToLongBiFunction<? super K, ? super V> ttlNs;

    EntryOperations(TypedCacheBuilder<K, V> builder, OffHeapCache engine) {
        this.engine = engine;
        this.encoded = new EncodedCache<>(engine, builder.keys, builder.values);
        this.ttlNs = builder.ttlNs;
    }

    /**
     * Returns the engine below, for its statistics, reports and duty cycle.
     *
     * @return the cache of bytes.
     */
    public OffHeapCache engine() {
        return engine;
    }

    /**
     * Returns a value if the cache holds it.
     *
     * @param key the key.
     * @return the value, or {@code null} if the cache does not hold it.
     */
    public V getIfPresent(K key) {
        return getUsing(key, null);
    }

    /**
     * Reads a value into an existing object. Allocates nothing if the codec allocates nothing.
     *
     * @param key the key.
     * @param reuse an object that the codec may change and return; {@code null} for a new object.
     * @return the value, or {@code null} if the cache does not hold it.
     */
    public V getUsing(K key, V reuse) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.get(scratch, reuse);
        } finally {
            scratch.release();
        }
    }

    /**
     * Reads a value into an existing object, by a primitive key. Allocates nothing if the codec
     * allocates nothing.
     *
     * @param key the key.
     * @param reuse an object that the codec may change and return; {@code null} for a new object.
     * @return the value, or {@code null} if the cache does not hold it.
     * @throws IllegalStateException if the codec of keys is not {@link Codecs#ofLong}.
     */
    public V getUsing(long key, V reuse) {
        if (!encoded.longKeys) {
            throw new IllegalStateException(
                    "a long key needs a cache whose key codec is Codecs.ofLong()");
        }
        final MutableDirectBuffer buffer = encoded.bufferOf(reuse);
        if (buffer != null) {
            final int length = engine.get(key, buffer, 0);
            if (length != OffHeapCache.INSUFFICIENT_CAPACITY) {
                return length < 0 ? null : reuse;
            }
        }
        final Scratch scratch = Scratch.acquire();
        try {
            scratch.longKey = key;
            return encoded.decode(scratch, encoded.find(scratch), reuse);
        } finally {
            scratch.release();
        }
    }

    /**
     * Returns the values of several keys that the cache holds.
     *
     * @param several the keys.
     * @return a new map of the keys that the cache holds.
     */
    public Map<K, V> getAllPresent(Iterable<? extends K> several) {
        final Map<K, V> found = new HashMap<>();
        for (final K key : several) {
            final V value = getIfPresent(key);
            if (value != null) {
                found.put(key, value);
            }
        }
        return found;
    }

    /**
     * Returns a value if the cache holds it, otherwise a default.
     *
     * @param key the key.
     * @param otherwise the default.
     * @return the value, or the default.
     */
    public V getOrDefault(K key, V otherwise) {
        final V found = getIfPresent(key);
        return found == null ? otherwise : found;
    }

    /**
     * Passes a value's bytes to a reader in place, under the segment's lock.
     *
     * @param key the key.
     * @param reader called at most once; must not call the cache.
     * @return whether the cache holds the key.
     */
    public boolean read(K key, ValueReader reader) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.read(scratch, reader);
        } finally {
            scratch.release();
        }
    }

    /**
     * Lets an updater change a value's bytes in place, under the segment's lock. The length and the
     * deadline stay.
     *
     * @param key the key.
     * @param updater called at most once; must not call the cache. If it throws, the value is
     *     unchanged.
     * @return whether the cache holds the key.
     */
    public boolean update(K key, ValueUpdater updater) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.update(scratch, updater);
        } finally {
            scratch.release();
        }
    }

    /**
     * Returns whether the cache holds a key. Does not count as a use of the entry.
     *
     * @param key the key.
     * @return true if the cache holds the key.
     */
    public boolean contains(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.contains(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Returns the remaining time to live of a key. Does not count as a use of the entry.
     *
     * @param key the key.
     * @return positive nanoseconds, {@link OffHeapCache#NO_TTL}, or {@link OffHeapCache#NOT_FOUND}.
     */
    public long remainingTtlNs(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.remainingTtlNs(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Sets the time to live of a key. Does not count as a use of the entry.
     *
     * @param key the key.
     * @param ns the time to live in nanoseconds, as for {@link #put(Object, Object, long)}.
     * @return whether the cache held the key.
     */
    public boolean setTtl(K key, long ns) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.setTtl(scratch, ns);
        } finally {
            scratch.release();
        }
    }

    /**
     * Sets the time to live of a key. Does not count as a use of the entry.
     *
     * @param key the key.
     * @param ttl the time to live, positive; more than 292 years means for ever.
     * @return whether the cache held the key.
     */
    public boolean setTtl(K key, Duration ttl) {
        return setTtl(key, TimeToLive.toNs("ttl", ttl));
    }

    /**
     * Writes a value.
     *
     * @param key the key.
     * @param value the value.
     * @throws EntryTooLargeException if no slab can hold the entry; the key is removed then, so
     *     that its old value does not stay.
     */
    public void put(K key, V value) {
        put(key, value, ttl(key, value));
    }

    /**
     * Writes a value with its own time to live.
     *
     * @param key the key.
     * @param value the value.
     * @param ns the time to live: positive nanoseconds, {@link OffHeapCache#NO_TTL}, {@link
     *     OffHeapCache#DEFAULT_TTL} or {@link OffHeapCache#KEEP_TTL}.
     * @throws EntryTooLargeException if no slab can hold the entry; the key is removed then, so
     *     that its old value does not stay.
     */
    public void put(K key, V value, long ns) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            encoded.put(scratch, length, ns);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value with its own time to live.
     *
     * @param key the key.
     * @param value the value.
     * @param ttl the time to live, positive; more than 292 years means for ever.
     * @throws EntryTooLargeException if no slab can hold the entry; the key is removed then, so
     *     that its old value does not stay.
     */
    public void put(K key, V value, Duration ttl) {
        put(key, value, TimeToLive.toNs("ttl", ttl));
    }

    /**
     * Writes the values of several keys, one after the other.
     *
     * @param several the keys and values.
     */
    public void putAll(Map<? extends K, ? extends V> several) {
        several.forEach(this::put);
    }

    /**
     * Writes a value if the cache does not hold the key.
     *
     * @param key the key.
     * @param value the value.
     * @return whether the value was written.
     */
    public boolean putIfAbsent(K key, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            return encoded.putIfAbsent(scratch, length, ttl(key, value));
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value if the cache holds the key.
     *
     * @param key the key.
     * @param value the value.
     * @return whether the value was written.
     */
    public boolean replace(K key, V value) {
        return replaceWithTtl(key, value, ttl(key, value));
    }

    /**
     * Writes a value with its own time to live if the cache holds the key.
     *
     * @param key the key.
     * @param value the value.
     * @param ns the time to live in nanoseconds, as for {@link #put(Object, Object, long)}.
     * @return whether the value was written.
     */
    public boolean replaceWithTtl(K key, V value, long ns) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            return encoded.replace(scratch, length, ns);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value with its own time to live if the cache holds the key.
     *
     * @param key the key.
     * @param value the value.
     * @param ttl the time to live, positive; more than 292 years means for ever.
     * @return whether the value was written.
     */
    public boolean replaceWithTtl(K key, V value, Duration ttl) {
        return replaceWithTtl(key, value, TimeToLive.toNs("ttl", ttl));
    }

    /**
     * Replaces a value if its bytes are equal to those of the expected value.
     *
     * @param key the key.
     * @param expected the expected value.
     * @param value the new value.
     * @return whether the value was written.
     */
    public boolean replace(K key, V expected, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int expectedLength = encoded.encodeOther(scratch, expected);
            final int length = encoded.encodeValue(scratch, value);
            return encoded.exchange(
                    scratch, scratch.other, expectedLength, length, ttl(key, value));
        } finally {
            scratch.release();
        }
    }

    /**
     * Removes a key. A load of it under way does not cache its value.
     *
     * @param key the key.
     * @return whether the cache held the key.
     */
    public boolean remove(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.remove(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Removes a key if the bytes of its value are equal to those of the expected value.
     *
     * @param key the key.
     * @param expected the expected value.
     * @return whether the key was removed.
     */
    public boolean remove(K key, V expected) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeOther(scratch, expected);
            return encoded.removeIfEqual(scratch, scratch.other, length);
        } finally {
            scratch.release();
        }
    }

    /**
     * Removes several keys, one after the other. Loads of them under way do not cache their values.
     *
     * @param several the keys.
     * @return the number of these keys that the cache held.
     */
    public long removeAll(Iterable<? extends K> several) {
        long removed = 0;
        for (final K key : several) {
            removed += remove(key) ? 1 : 0;
        }
        return removed;
    }

    /**
     * Takes a lease on a key, for a caller that loads the value itself; see {@link
     * OffHeapCache#lease(long)}. End each lease with {@link #endLease}.
     *
     * @param key the key, present or not.
     * @return the lease, a positive number that is valid only for this key.
     */
    public long lease(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.lease(scratch);
        } finally {
            scratch.release();
        }
    }

    /**
     * Returns whether a lease is current: the key was neither written nor removed since the lease
     * was taken.
     *
     * @param key the key.
     * @param lease a lease that {@link #lease} returned for the key, not ended yet.
     * @return whether the lease is current.
     */
    public boolean isLeaseCurrent(K key, long lease) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.isLeaseCurrent(scratch, lease);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value if a lease on its key is current.
     *
     * @param key the key.
     * @param value the value.
     * @param ns the time to live in nanoseconds, as for {@link #put(Object, Object, long)}.
     * @param lease a lease that {@link #lease} returned for the key.
     * @return whether the value was written.
     * @throws EntryTooLargeException if no slab can hold the entry; if the lease is current, the
     *     key is removed then.
     */
    public boolean putLeased(K key, V value, long ns, long lease) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            return encoded.putLeased(scratch, length, ns, lease);
        } finally {
            scratch.release();
        }
    }

    /**
     * Removes a key if a lease on it is current.
     *
     * @param key the key.
     * @param lease a lease that {@link #lease} returned for the key.
     * @return whether the cache held the key and it was removed.
     */
    public boolean removeLeased(K key, long lease) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.removeLeased(scratch, lease);
        } finally {
            scratch.release();
        }
    }

    /**
     * Ends a lease. Call it once for each lease.
     *
     * @param key the key.
     * @param lease a lease that {@link #lease} returned for the key.
     */
    public void endLease(K key, long lease) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            encoded.endLease(scratch, lease);
        } finally {
            scratch.release();
        }
    }

    /** Removes all entries. Loads under way do not cache their values. */
    public void clear() {
        engine.clear();
    }

    /**
     * Returns the number of entries, including expired entries that are not yet reclaimed.
     *
     * @return the number of entries.
     */
    public long size() {
        return engine.size();
    }

    /** Closes the engine. Loads under way return their values, which are not cached. */
    @Override
    public void close() {
        engine.close();
    }

    /** Returns a value if the cache holds it, without counting a miss otherwise. */
    final V peek(K key) {
        return contains(key) ? getIfPresent(key) : null;
    }

    /** Returns an object that stands for a key in maps on the heap. */
    final Object identity(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.identity(scratch);
        } finally {
            scratch.release();
        }
    }

    /** Returns the time to live in nanoseconds of an entry that is written without one. */
    final long ttl(K key, V value) {
        return ttlNs == null ? OffHeapCache.DEFAULT_TTL : ttlNs.applyAsLong(key, value);
    }
}
