// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import java.util.LinkedHashMap;
import java.util.List;

/** The sequential specification of {@link CacheOperations}: a map in order of use. */
public class SequentialCache {
    private final LinkedHashMap<Integer, Long> entries = new LinkedHashMap<>();
    private final int maxEntries;

    /** Creates a cache without a bound. */
    public SequentialCache() {
        this(Integer.MAX_VALUE);
    }

    SequentialCache(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    public boolean put(int key, int value) {
        final boolean absent = !entries.containsKey(key);
        write(key, value);
        return absent;
    }

    public boolean putIfAbsent(int key, int value) {
        if (entries.containsKey(key)) {
            write(key, entries.get(key));
            return false;
        }
        write(key, value);
        return true;
    }

    public boolean replace(int key, int value) {
        return entries.containsKey(key) && !put(key, value);
    }

    public boolean compareAndSet(int key, int expected, int value) {
        return entries.getOrDefault(key, CacheOperations.ABSENT) == expected && !put(key, value);
    }

    public long addAndGetLong(int key, int delta) {
        if (!entries.containsKey(key)) {
            return CacheOperations.ABSENT;
        }
        write(key, entries.get(key) + delta);
        return entries.get(key);
    }

    public long getAndAddLong(int key, int delta) {
        final long sum = addAndGetLong(key, delta);
        return entries.containsKey(key) ? sum - delta : CacheOperations.ABSENT;
    }

    public boolean compareAndSetLong(int key, int expected, int value) {
        return compareAndSet(key, expected, value);
    }

    public boolean putByWriter(int key, int value) {
        return put(key, value);
    }

    public boolean remove(int key) {
        return entries.remove(key) != null;
    }

    public long getAndRemove(int key) {
        final Long found = entries.remove(key);
        return found == null ? CacheOperations.ABSENT : found;
    }

    public boolean contains(int key) {
        return entries.containsKey(key);
    }

    public long get(int key) {
        return addAndGetLong(key, 0);
    }

    SequentialCache copy() {
        final SequentialCache copy = new SequentialCache(maxEntries);
        copy.entries.putAll(entries);
        return copy;
    }

    /** Lets Lincheck see that two orders lead to the same state, which makes it far faster. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SequentialCache cache
                && List.copyOf(entries.entrySet()).equals(List.copyOf(cache.entries.entrySet()));
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** Puts an entry at the end of the order, and removes the first one if the map is full. */
    private void write(int key, long value) {
        entries.remove(key);
        if (entries.size() == maxEntries) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(key, value);
    }
}
