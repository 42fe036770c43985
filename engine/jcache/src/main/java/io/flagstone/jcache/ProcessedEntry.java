// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.Objects;
import javax.cache.processor.MutableEntry;

/**
 * The entry that a processor works on. It collects what the processor wants, which is done once the
 * processor has ended well.
 */
final class ProcessedEntry<K, V> implements MutableEntry<K, V> {
    /** What is to be done: the last thing that the processor wanted. */
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

    /** The entry of a key with the value that it has, or {@code null}. */
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
        // A value that only the processor made was never in the store; a loaded one is.
        final boolean made = initial == null && !loaded && value != null;
        value = null;
        outcome = made ? Outcome.NOTHING : Outcome.REMOVE;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this);
    }

    /** Does what the processor wanted. */
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

    /** Ends the lease, whatever became of the processor. */
    void release() {
        entries.endLease(key, lease);
    }
}
