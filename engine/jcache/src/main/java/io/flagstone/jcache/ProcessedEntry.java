// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Objects;
import javax.cache.processor.MutableEntry;

/**
 * The entry that a processor works on. It records the processor's last change, which is applied
 * after the processor returns.
 */
final class ProcessedEntry<K, V> implements MutableEntry<K, V> {
    /** The change to apply. */
    private enum Outcome {
        NOTHING,
        ACCESS,
        LOAD,
        WRITE,
        REMOVE
    }

    private final K key;
    private final V initial;
    private final Entries<K, V> entries;
    private final ReadThrough<K, V> readThrough;
    private V value;
    private boolean loaded;
    private long lease = Entries.NO_LEASE;
    private Outcome outcome = Outcome.NOTHING;

    /** Creates the entry of a key with its value in the cache, or {@code null}. */
    ProcessedEntry(K key, V initial, Entries<K, V> entries, ReadThrough<K, V> readThrough) {
        this.key = key;
        this.initial = initial;
        this.value = initial;
        this.entries = entries;
        this.readThrough = readThrough;
    }

    @Override
    public K getKey() {
        return key;
    }

    @Override
    public boolean exists() {
        return value != null;
    }

    @Override
    public V getValue() {
        if (outcome == Outcome.NOTHING) {
            if (value != null) {
                outcome = Outcome.ACCESS;
            } else if (readThrough.isOn()) {
                load();
            }
        }
        return value;
    }

    private void load() {
        if (lease == Entries.NO_LEASE) {
            lease = entries.lease(key);
        }
        value = readThrough.load(key);
        if (value != null) {
            loaded = true;
            outcome = Outcome.LOAD;
        }
    }

    @Override
    public void setValue(V next) {
        value = Objects.requireNonNull(next, "value");
        outcome = Outcome.WRITE;
    }

    @Override
    public void remove() {
        // Removing a value that only this processor set deletes nothing from the store.
        final boolean made = initial == null && !loaded && value != null;
        value = null;
        outcome = made ? Outcome.NOTHING : Outcome.REMOVE;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this);
    }

    /** Applies the change. */
    void finish(Writes<K, V> writes, long startNs) {
        switch (outcome) {
            case ACCESS -> entries.accessed(key, value);
            case LOAD -> entries.keep(key, value, lease);
            case WRITE ->
                    writes.through(
                            key,
                            value,
                            () -> {
                                entries.put(key, value, initial, startNs);
                                return null;
                            });
            case REMOVE -> writes.deleteThrough(key, () -> entries.remove(key, initial, startNs));
            default -> {}
        }
    }

    /** Ends the lease, also if the processor failed. */
    void release() {
        entries.endLease(key, lease);
    }
}
