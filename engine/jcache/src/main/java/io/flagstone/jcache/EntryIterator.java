// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import javax.cache.Cache;

/** A weakly consistent iterator over the entries. Not thread-safe. */
final class EntryIterator<K, V> implements Iterator<Cache.Entry<K, V>> {
    private final Entries<K, V> entries;
    private final Counters counters;
    private final Runnable checkOpen;
    private final Consumer<K> remove;
    private final Iterator<K> keys;
    private StoredEntry<K, V> next;
    private StoredEntry<K, V> last;

    /**
     * Creates an iterator over all entries.
     *
     * @param checkOpen throws if the cache is closed.
     * @param remove removes a key.
     */
    EntryIterator(
            Entries<K, V> entries, Counters counters, Runnable checkOpen, Consumer<K> remove) {
        this.entries = entries;
        this.counters = counters;
        this.checkOpen = checkOpen;
        this.remove = remove;
        this.keys = entries.keys();
    }

    @Override
    public boolean hasNext() {
        while (next == null && keys.hasNext()) {
            final K key = keys.next();
            final V value = entries.peekIfPresent(key);
            next = value == null ? null : new StoredEntry<>(key, value);
        }
        return next != null;
    }

    @Override
    public Cache.Entry<K, V> next() {
        checkOpen.run();
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        last = next;
        next = null;
        // The engine counted the hit when hasNext read the value.
        final long startNs = counters.start();
        entries.touch(last.key(), last.value());
        counters.got(true, startNs);
        return last;
    }

    @Override
    public void remove() {
        checkOpen.run();
        if (last == null) {
            throw new IllegalStateException("there is no entry to remove, call next() first");
        }
        remove.accept(last.key());
        last = null;
    }
}
