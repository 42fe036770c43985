// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.api.EntryTooLargeException;
import java.util.AbstractMap;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A view of a cache as a map. It has no state of its own.
 *
 * <p>An operation that depends on the old value reads its bytes, and writes only if the entry still
 * has these bytes; otherwise it starts again. It never encodes the old value a second time: the
 * codec might write other bytes, or a function might have changed the object.
 *
 * <p>The codec throws a {@link ClassCastException} for a key or value of another type.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class CacheMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
    private final Cache<K, V> cache;
    private final EncodedCache<K, V> encoded;

    CacheMap(Cache<K, V> cache) {
        this.cache = cache;
        this.encoded = cache.encoded;
    }

    @SuppressWarnings("unchecked")
    private K key(Object key) {
        return (K) key;
    }

    @SuppressWarnings("unchecked")
    private V value(Object value) {
        return (V) value;
    }

    @Override
    public V get(Object key) {
        return cache.getIfPresent(key(key));
    }

    @Override
    public boolean containsKey(Object key) {
        return cache.contains(key(key));
    }

    @Override
    public boolean containsValue(Object value) {
        return super.containsValue(Objects.requireNonNull(value, "value"));
    }

    @Override
    public V put(K key, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            final long ttl = cache.ttl(key, value);
            // Tries the write first, so that a put counts no miss.
            while (!encoded.putIfAbsent(scratch, length, ttl)) {
                final int found = encoded.find(scratch);
                if (found >= 0 && encoded.exchange(scratch, scratch.found, found, length, ttl)) {
                    return encoded.decode(scratch, found, null);
                }
            }
            return null;
        } catch (final EntryTooLargeException e) {
            encoded.remove(scratch);
            throw e;
        } finally {
            scratch.release();
        }
    }

    @Override
    public V remove(Object key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key(key));
            return encoded.decode(scratch, encoded.findAndRemove(scratch), null);
        } finally {
            scratch.release();
        }
    }

    @Override
    public V putIfAbsent(K key, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            final long ttl = cache.ttl(key, value);
            while (!encoded.putIfAbsent(scratch, length, ttl)) {
                final int found = encoded.find(scratch);
                if (found >= 0) {
                    return encoded.decode(scratch, found, null);
                }
            }
            return null;
        } finally {
            scratch.release();
        }
    }

    @Override
    public boolean remove(Object key, Object value) {
        return value != null && cache.remove(key(key), value(value));
    }

    @Override
    public boolean replace(K key, V expected, V value) {
        return cache.replace(key, expected, value);
    }

    @Override
    public V replace(K key, V value) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int length = encoded.encodeValue(scratch, value);
            final long ttl = cache.ttl(key, value);
            while (true) {
                final int found = encoded.find(scratch);
                // Called even if nothing was found: a write to a missing key outdates a load.
                if (encoded.exchange(scratch, scratch.found, Math.max(0, found), length, ttl)) {
                    return encoded.decode(scratch, Math.max(0, found), null);
                }
                if (found < 0) {
                    return null;
                }
            }
        } catch (final EntryTooLargeException e) {
            encoded.remove(scratch);
            throw e;
        } finally {
            scratch.release();
        }
    }

    @Override
    public V computeIfAbsent(K key, Function<? super K, ? extends V> maker) {
        return cache.computeIfAbsent(key, maker);
    }

    @Override
    public V computeIfPresent(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "function");
        while (true) {
            final byte[] old = bytes(key);
            if (old == null) {
                return null;
            }
            final V next = function.apply(key, encoded.decodeValue(old));
            if (exchange(key, old, next)) {
                return next;
            }
        }
    }

    @Override
    public V compute(K key, BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "function");
        return change(key, old -> function.apply(key, old));
    }

    @Override
    public V merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> function) {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(function, "function");
        return change(key, old -> old == null ? value : function.apply(old, value));
    }

    /**
     * Sets a value to the result of a function of the old value, which is null if there is none.
     */
    private V change(K key, Function<V, V> function) {
        while (true) {
            final byte[] old = bytes(key);
            final V next = function.apply(old == null ? null : encoded.decodeValue(old));
            if (exchange(key, old, next)) {
                return next;
            }
        }
    }

    @Override
    public void replaceAll(BiFunction<? super K, ? super V, ? extends V> function) {
        Objects.requireNonNull(function, "function");
        for (final K key : keySet()) {
            computeIfPresent(
                    key,
                    (same, old) ->
                            Objects.requireNonNull(
                                    function.apply(same, old),
                                    "the function must not return null"));
        }
    }

    /** Copies the bytes of a key's value. Returns null if there is none. */
    private byte[] bytes(K key) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            final int found = encoded.find(scratch);
            return found < 0 ? null : Codecs.bytes(scratch.found, 0, found);
        } finally {
            scratch.release();
        }
    }

    /**
     * Writes a value, or removes the key if the value is null, on condition that the key still has
     * the old bytes.
     *
     * @param old the bytes that were read, or null if the key was absent.
     * @return false if the key has other bytes now.
     */
    private boolean exchange(K key, byte[] old, V next) {
        final Scratch scratch = Scratch.acquire();
        try {
            encoded.encodeKey(scratch, key);
            if (next == null) {
                return old == null
                        // Changes no value, but outdates a load if the key is absent.
                        ? !encoded.update(scratch, view -> {})
                        : encoded.removeIfEqual(scratch, new UnsafeBuffer(old), old.length);
            }
            final int length = encoded.encodeValue(scratch, next);
            final long ttl = cache.ttl(key, next);
            return old == null
                    ? encoded.putIfAbsent(scratch, length, ttl)
                    : encoded.exchange(scratch, new UnsafeBuffer(old), old.length, length, ttl);
        } finally {
            scratch.release();
        }
    }

    @Override
    public void clear() {
        cache.clear();
    }

    @Override
    public int size() {
        return MapViews.size(cache);
    }

    @Override
    public Set<K> keySet() {
        return new MapViews.Keys<>(cache);
    }

    @Override
    public Collection<V> values() {
        return new MapViews.Values<>(cache);
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new MapViews.Entries<>(cache);
    }
}
