package io.flagstone.jcache;

import java.util.Objects;
import javax.cache.processor.MutableEntry;

/**
 * The entry that a processor works on: collects what it wants, which is done once it has ended
 * well.
 */
final class ProcessedEntry<K, V> implements MutableEntry<K, V> {
    /** What is to be done, the last word of the processor. */
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
    private final Source<K, V> source;
    private V value;
    private Outcome outcome = Outcome.NOTHING;

    /** The entry of a key with the value that it has, or null. */
    ProcessedEntry(K key, V initial, Entries<K, V> entries, Source<K, V> source) {
        this.key = key;
        this.initial = initial;
        this.value = initial;
        this.entries = entries;
        this.source = source;
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
            } else if (source.readsThrough()) {
                value = source.load(key);
                outcome = value == null ? Outcome.NOTHING : Outcome.LOAD;
            }
        }
        return value;
    }

    @Override
    public void setValue(V next) {
        value = Objects.requireNonNull(next, "value");
        outcome = Outcome.WRITE;
    }

    @Override
    public void remove() {
        // What was made in here never was.
        final boolean made = initial == null && value != null;
        value = null;
        outcome = made ? Outcome.NOTHING : Outcome.REMOVE;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
        return Unwrap.as(type, this);
    }

    /** Does what the processor wanted. */
    void finish(Counters counters) {
        switch (outcome) {
            case ACCESS -> entries.accessed(key, value);
            case LOAD -> entries.create(key, value);
            case WRITE -> {
                source.write(key, value);
                counters.put(entries.put(key, value, initial), 0);
            }
            case REMOVE -> {
                source.delete(key);
                counters.removed(entries.remove(key, initial), 0);
            }
            default -> {}
        }
    }
}
