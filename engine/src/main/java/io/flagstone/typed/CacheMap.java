package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * A cache as a map: a view without state of its own.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class CacheMap<K, V> extends AbstractMap<K, V> implements ConcurrentMap<K, V> {
    private static final int ENTRIES_AT_A_TIME = 64;

    private final Cache<K, V> cache;
    private final EncodedCache<K, V> encoded;

    CacheMap(Cache<K, V> cache) {
        this.cache = cache;
        this.encoded = cache.encoded;
    }

    /** What is of another type, or null, is refused where it is encoded. */
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
            while (true) {
                final int found = encoded.find(scratch);
                if (found < 0) {
                    if (encoded.putIfAbsent(scratch, length, ttl)) {
                        return null;
                    }
                } else if (encoded.exchange(scratch, scratch.found, found, length, ttl)) {
                    return encoded.decode(scratch, found, null);
                }
            }
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
        return cache.remove(key(key), value(value));
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
            int found = encoded.find(scratch);
            while (found >= 0 && !encoded.exchange(scratch, scratch.found, found, length, ttl)) {
                found = encoded.find(scratch);
            }
            return encoded.decode(scratch, found, null);
        } finally {
            scratch.release();
        }
    }

    @Override
    public V computeIfAbsent(K key, Function<? super K, ? extends V> maker) {
        return cache.computeIfAbsent(key, maker);
    }

    @Override
    public void clear() {
        cache.clear();
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, cache.size());
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
        return new Entries();
    }

    /** An entry as it was read, which writes through to the cache. */
    static final class Written<K, V> implements Map.Entry<K, V> {
        private final Cache<K, V> cache;
        private final K key;
        private V value;

        Written(Cache<K, V> cache, K key, V value) {
            this.cache = cache;
            this.key = key;
            this.value = value;
        }

        @Override
        public K getKey() {
            return key;
        }

        @Override
        public V getValue() {
            return value;
        }

        @Override
        public V setValue(V next) {
            final V previous = value;
            cache.put(key, next);
            value = next;
            return previous;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Map.Entry<?, ?> entry
                    && key.equals(entry.getKey())
                    && value.equals(entry.getValue());
        }

        @Override
        public int hashCode() {
            return key.hashCode() ^ value.hashCode();
        }

        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    private final class Entries extends AbstractSet<Map.Entry<K, V>> {
        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return new EntryIterator();
        }

        @Override
        public int size() {
            return CacheMap.this.size();
        }

        @Override
        public boolean contains(Object entry) {
            if (!(entry instanceof Map.Entry<?, ?> pair) || pair.getKey() == null) {
                return false;
            }
            final V found = get(pair.getKey());
            return found != null && found.equals(pair.getValue());
        }

        @Override
        public boolean remove(Object entry) {
            return entry instanceof Map.Entry<?, ?> pair
                    && pair.getKey() != null
                    && pair.getValue() != null
                    && CacheMap.this.remove(pair.getKey(), pair.getValue());
        }

        @Override
        public void clear() {
            CacheMap.this.clear();
        }
    }

    private final class EntryIterator implements Iterator<Map.Entry<K, V>> {
        private final List<Map.Entry<K, V>> read = new ArrayList<>();
        private long cursor;
        private int next;
        private K last;

        @Override
        public boolean hasNext() {
            while (next == read.size() && cursor != OffHeapCache.SCAN_DONE) {
                read.clear();
                next = 0;
                cursor = encoded.scan(cursor, ENTRIES_AT_A_TIME, this::add);
            }
            return next < read.size();
        }

        private void add(K key, V value) {
            read.add(new Written<>(cache, key, value));
        }

        @Override
        public Map.Entry<K, V> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            final Map.Entry<K, V> entry = read.get(next++);
            last = entry.getKey();
            return entry;
        }

        @Override
        public void remove() {
            if (last == null) {
                throw new IllegalStateException("there is no entry to remove");
            }
            cache.remove(last);
            last = null;
        }
    }
}
