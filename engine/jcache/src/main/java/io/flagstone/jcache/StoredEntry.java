// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import javax.cache.Cache;

/** A snapshot of an entry, for writers and iterators. */
record StoredEntry<K, V>(K key, V value) implements Cache.Entry<K, V> {
    @Override
    public K getKey() {
        return key;
    }

    @Override
    public V getValue() {
        return value;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this);
    }
}
