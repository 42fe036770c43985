// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import java.util.AbstractCollection;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Predicate;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The views of the keys, values and entries of a cache.
 *
 * <p>They are weakly consistent: an iterator holds no lock, never throws because of a write, and
 * returns entries that were in the cache at some moment. It returns an entry that stays at least
 * once, and may return an entry that moves twice. So the spliterators are {@code CONCURRENT}, and
 * neither {@code SIZED} nor {@code DISTINCT}. {@code size} counts expired entries that are not yet
 * reclaimed. A view of keys decodes no values. {@code removeIf} on values and entries removes an
 * entry only if it still has the value that was tested.
 */
final class MapViews {
    private static final int ENTRIES_AT_A_TIME = 64;

    private MapViews() {}

    /** Returns the spliterator of a view. */
    private static <T> Spliterator<T> spliterator(Iterator<T> iterator) {
        return Spliterators.spliteratorUnknownSize(
                iterator, Spliterator.CONCURRENT | Spliterator.NONNULL);
    }

    static int size(Cache<?, ?> cache) {
        return (int) Math.min(Integer.MAX_VALUE, cache.size());
    }

    /** The view of the keys. */
    static final class Keys<K, V> extends AbstractSet<K> {
        private final Cache<K, V> cache;

        Keys(Cache<K, V> cache) {
            this.cache = cache;
        }

        @SuppressWarnings("unchecked")
        private static <K> K cast(Object key) {
            return (K) key;
        }

        @Override
        public Iterator<K> iterator() {
            return new Scan<K>(cache.encoded, false) {
                @Override
                K decode(byte[] key, byte[] value) {
                    return cache.encoded.decodeKey(key);
                }
            };
        }

        @Override
        public Spliterator<K> spliterator() {
            return MapViews.spliterator(iterator());
        }

        @Override
        public int size() {
            return MapViews.size(cache);
        }

        @Override
        public boolean contains(Object key) {
            return cache.contains(cast(key));
        }

        @Override
        public boolean remove(Object key) {
            return cache.remove(cast(key));
        }

        /** Removes the given keys without a scan of the cache. */
        @Override
        public boolean removeAll(Collection<?> keys) {
            boolean removed = false;
            for (final Object key : keys) {
                removed |= key != null && remove(key);
            }
            return removed;
        }

        @Override
        public void clear() {
            cache.clear();
        }
    }

    /** The view of the values. */
    static final class Values<K, V> extends AbstractCollection<V> {
        private final Cache<K, V> cache;

        Values(Cache<K, V> cache) {
            this.cache = cache;
        }

        @Override
        public Iterator<V> iterator() {
            return scan();
        }

        private Scan<V> scan() {
            return new Scan<V>(cache.encoded, true) {
                @Override
                V decode(byte[] key, byte[] value) {
                    return cache.encoded.decodeValue(value);
                }
            };
        }

        @Override
        public Spliterator<V> spliterator() {
            return MapViews.spliterator(iterator());
        }

        @Override
        public int size() {
            return MapViews.size(cache);
        }

        @Override
        public boolean remove(Object value) {
            final Scan<V> scan = scan();
            while (scan.hasNext()) {
                if (scan.next().equals(value) && scan.removeIfSame()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean removeIf(Predicate<? super V> filter) {
            return scan().removeIf(filter);
        }

        @Override
        public boolean removeAll(Collection<?> values) {
            return removeIf(values::contains);
        }

        @Override
        public boolean retainAll(Collection<?> values) {
            Objects.requireNonNull(values, "values");
            return removeIf(value -> !values.contains(value));
        }

        @Override
        public void clear() {
            cache.clear();
        }
    }

    /** The view of the entries. */
    static final class Entries<K, V> extends AbstractSet<Map.Entry<K, V>> {
        private final Cache<K, V> cache;

        Entries(Cache<K, V> cache) {
            this.cache = cache;
        }

        @Override
        public Iterator<Map.Entry<K, V>> iterator() {
            return scan();
        }

        private Scan<Map.Entry<K, V>> scan() {
            return new Scan<Map.Entry<K, V>>(cache.encoded, true) {
                @Override
                Map.Entry<K, V> decode(byte[] key, byte[] value) {
                    return new Written<>(
                            cache, cache.encoded.decodeKey(key), cache.encoded.decodeValue(value));
                }
            };
        }

        @Override
        public Spliterator<Map.Entry<K, V>> spliterator() {
            return MapViews.spliterator(iterator());
        }

        @Override
        public int size() {
            return MapViews.size(cache);
        }

        @Override
        public boolean contains(Object entry) {
            if (!(entry instanceof Map.Entry<?, ?> pair) || pair.getKey() == null) {
                return false;
            }
            final V found = cache.getIfPresent(Keys.<K>cast(pair.getKey()));
            return found != null && found.equals(pair.getValue());
        }

        @Override
        @SuppressWarnings("unchecked")
        public boolean remove(Object entry) {
            return entry instanceof Map.Entry<?, ?> pair
                    && pair.getKey() != null
                    && pair.getValue() != null
                    && cache.remove((K) pair.getKey(), (V) pair.getValue());
        }

        @Override
        public boolean removeIf(Predicate<? super Map.Entry<K, V>> filter) {
            return scan().removeIf(filter);
        }

        @Override
        public boolean removeAll(Collection<?> entries) {
            boolean removed = false;
            for (final Object entry : entries) {
                removed |= remove(entry);
            }
            return removed;
        }

        @Override
        public boolean retainAll(Collection<?> entries) {
            Objects.requireNonNull(entries, "entries");
            return removeIf(entry -> !entries.contains(entry));
        }

        @Override
        public void clear() {
            cache.clear();
        }
    }

    /**
     * An iterator that reads a batch of entries at a time and decodes an entry in {@code next}. An
     * entry that cannot be decoded can still be removed.
     */
    private abstract static class Scan<T> implements Iterator<T> {
        private final EncodedCache<?, ?> encoded;
        private final boolean withValues;

        /** The batch: keys, each followed by its value, or by null if values are not wanted. */
        private final List<byte[]> read = new ArrayList<>();

        private long cursor;
        private int next;
        private byte[] lastKey;
        private byte[] lastValue;

        Scan(EncodedCache<?, ?> encoded, boolean withValues) {
            this.encoded = encoded;
            this.withValues = withValues;
        }

        abstract T decode(byte[] key, byte[] value);

        @Override
        public boolean hasNext() {
            while (next == read.size() && cursor != OffHeapCache.SCAN_DONE) {
                read.clear();
                next = 0;
                cursor = encoded.scan(cursor, ENTRIES_AT_A_TIME, withValues, read);
            }
            return next < read.size();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            lastKey = read.get(next);
            lastValue = read.get(next + 1);
            next += 2;
            return decode(lastKey, lastValue);
        }

        @Override
        public void remove() {
            encoded.remove(takeLast());
        }

        private UnsafeBuffer takeLast() {
            if (lastKey == null) {
                throw new IllegalStateException("remove must follow a call of next");
            }
            final UnsafeBuffer key = new UnsafeBuffer(lastKey);
            lastKey = null;
            return key;
        }

        /** Removes the last entry if it still has the value that was read. */
        boolean removeIfSame() {
            return encoded.removeIfEqual(takeLast(), new UnsafeBuffer(lastValue));
        }

        boolean removeIf(Predicate<? super T> filter) {
            Objects.requireNonNull(filter, "filter");
            boolean removed = false;
            while (hasNext()) {
                if (filter.test(next())) {
                    removed |= removeIfSame();
                }
            }
            return removed;
        }
    }

    /** An entry with the value that was read. {@code setValue} writes to the cache. */
    private static final class Written<K, V> implements Map.Entry<K, V> {
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
}
