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

/** The operations of a typed cache that load nothing. */
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
     * The engine below, for its statistics, reports and duty cycle.
     *
     * @return the cache of bytes.
     */
    public OffHeapCache engine() {
        return engine;
    }

    /**
     * Reads a value that the cache holds.
     *
     * @param key the key.
     * @return the value, or {@code null}.
     */
    public V getIfPresent(K key) {
        return getUsing(key, null);
    }

    /**
     * Reads a value into an object that is there already. Allocates nothing if the codec does not.
     *
     * @param key the key.
     * @param reuse what the codec may change and return; {@code null} for a new object.
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
     * The same for a key that is not an object.
     *
     * @param key the key, of a cache whose codec of keys is {@link Codecs#ofLong}.
     * @param reuse what the codec may change and return; {@code null} for a new object.
     * @return the value, or {@code null} if the cache does not hold it.
     */
    public V getUsing(long key, V reuse) {
        if (!encoded.longKeys) {
            throw new IllegalStateException("the keys of this cache are not of Codecs.ofLong()");
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
     * Reads the values that the cache holds of several keys.
     *
     * @param several the keys.
     * @return those found, in a new map.
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
     * Reads a value that the cache holds.
     *
     * @param key the key.
     * @param otherwise what to return if there is none.
     * @return the value, or the other.
     */
    public V getOrDefault(K key, V otherwise) {
        final V found = getIfPresent(key);
        return found == null ? otherwise : found;
    }

    /**
     * Shows a value's bytes to a reader where they lie, under the segment's lock.
     *
     * @param key the key.
     * @param reader called at most once; may not call the cache.
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
     * Lets an updater change a value's bytes where they lie, under the segment's lock; their number
     * stays, and so does the deadline.
     *
     * @param key the key.
     * @param updater called at most once; may not call the cache. If it throws, the value is as it
     *     was.
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
     * Whether the cache holds a key; not a use of it.
     *
     * @param key the key.
     * @return whether it does.
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
     * How long a key has to live; not a use of it.
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
     * Gives a key another time to live; not a use of it.
     *
     * @param key the key.
     * @param ns its time to live, as for {@link #put(Object, Object, long)}.
     * @return whether the cache held it.
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
     * Gives a key another time to live; not a use of it.
     *
     * @param key the key.
     * @param ttl its time to live, positive; more than 292 years is for ever.
     * @return whether the cache held it.
     */
    public boolean setTtl(K key, Duration ttl) {
        return setTtl(key, TimeToLive.toNs("ttl", ttl));
    }

    /**
     * Writes a value.
     *
     * @param key the key.
     * @param value the value.
     * @throws EntryTooLargeException if no slab can hold the entry; the key has been removed then,
     *     so that its old value does not stay.
     */
    public void put(K key, V value) {
        put(key, value, ttl(key, value));
    }

    /**
     * Writes a value that is to live for a time of its own.
     *
     * @param key the key.
     * @param value the value.
     * @param ns its time to live, positive nanoseconds, {@link OffHeapCache#NO_TTL}, {@link
     *     OffHeapCache#DEFAULT_TTL} or {@link OffHeapCache#KEEP_TTL}.
     * @throws EntryTooLargeException if no slab can hold the entry; the key has been removed then,
     *     so that its old value does not stay.
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
     * Writes a value that is to live for a time of its own.
     *
     * @param key the key.
     * @param value the value.
     * @param ttl its time to live, positive; more than 292 years is for ever.
     * @throws EntryTooLargeException if no slab can hold the entry; the key has been removed then,
     *     so that its old value does not stay.
     */
    public void put(K key, V value, Duration ttl) {
        put(key, value, TimeToLive.toNs("ttl", ttl));
    }

    /**
     * Writes the values of several keys, one after the other.
     *
     * @param several keys and values.
     */
    public void putAll(Map<? extends K, ? extends V> several) {
        several.forEach(this::put);
    }

    /**
     * Writes a value whose key the cache does not hold.
     *
     * @param key the key.
     * @param value the value.
     * @return whether it was written.
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
     * Writes a value whose key the cache holds.
     *
     * @param key the key.
     * @param value the value.
     * @return whether it was written.
     */
    public boolean replace(K key, V value) {
        return replaceWithTtl(key, value, ttl(key, value));
    }

    /**
     * Writes a value whose key the cache holds, and which is to live for a time of its own.
     *
     * @param key the key.
     * @param value the value.
     * @param ns its time to live, as for {@link #put(Object, Object, long)}.
     * @return whether it was written.
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
     * Writes a value whose key the cache holds, and which is to live for a time of its own.
     *
     * @param key the key.
     * @param value the value.
     * @param ttl its time to live, positive; more than 292 years is for ever.
     * @return whether it was written.
     */
    public boolean replaceWithTtl(K key, V value, Duration ttl) {
        return replaceWithTtl(key, value, TimeToLive.toNs("ttl", ttl));
    }

    /**
     * Writes a value in place of one that is equal, byte for byte, to the expected.
     *
     * @param key the key.
     * @param expected the value that is to be there.
     * @param value the value.
     * @return whether it was written.
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
     * Removes a key. A load of it that is under way will not be kept.
     *
     * @param key the key.
     * @return whether the cache held it.
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
     * Removes a key whose value is equal, byte for byte, to the expected.
     *
     * @param key the key.
     * @param expected the value that is to be there.
     * @return whether it was removed.
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
     * Removes several keys, one after the other. Loads of them that are under way will not be kept.
     *
     * @param several the keys.
     * @return how many of them the cache held.
     */
    public long removeAll(Iterable<? extends K> several) {
        long removed = 0;
        for (final K key : several) {
            removed += remove(key) ? 1 : 0;
        }
        return removed;
    }

    /**
     * Takes a lease on a key, for a caller that loads the value itself: see {@link
     * OffHeapCache#lease(long)}. Each lease has to be ended.
     *
     * @param key the key, present or not.
     * @return a positive number that means something for this key alone.
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
     * Tells whether a key has been neither written nor removed since a lease on it was taken.
     *
     * @param key the key.
     * @param lease what {@link #lease} returned for the key, not ended yet.
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
     * @param ns its time to live, as for {@link #put(Object, Object, long)}.
     * @param lease what {@link #lease} returned for the key.
     * @return whether it was written.
     * @throws EntryTooLargeException if no slab can hold the entry; if the lease is current, the
     *     key has been removed then.
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
     * @param lease what {@link #lease} returned for the key.
     * @return whether the cache held it and it was removed.
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
     * Ends a lease, once.
     *
     * @param key the key.
     * @param lease what {@link #lease} returned for the key.
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

    /** Removes everything. Loads under way will not be kept. */
    public void clear() {
        engine.clear();
    }

    /**
     * The entries held, those included that have expired and are not yet reclaimed.
     *
     * @return how many.
     */
    public long size() {
        return engine.size();
    }

    /** Closes the engine. Loads under way return their values, which are not kept. */
    @Override
    public void close() {
        engine.close();
    }

    /** A value that is there, without counting a miss if there is none. */
    final V peek(K key) {
        return contains(key) ? getIfPresent(key) : null;
    }

    /** Stands for a key in maps on the heap. */
    final Object identity(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            return encoded.identity(scratch);
        } finally {
            scratch.release();
        }
    }

    /** The time that an entry is to live for, unless the caller says otherwise. */
    final long ttl(K key, V value) {
        return ttlNs == null ? OffHeapCache.DEFAULT_TTL : ttlNs.applyAsLong(key, value);
    }
}
